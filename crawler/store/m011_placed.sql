-- Which story an article is in, found from either side.

UPDATE memberships SET story = (SELECT g.story FROM copy_groups g WHERE g.id = memberships.copy_group);

-- serves: articles of a story, in `article_overview`
CREATE INDEX memberships_story ON memberships (story) WHERE story IS NOT NULL;

CREATE TRIGGER memberships_added AFTER INSERT ON memberships BEGIN
  UPDATE memberships SET story = (SELECT g.story FROM copy_groups g WHERE g.id = new.copy_group) WHERE article = new.article;
END;

CREATE TRIGGER memberships_moved AFTER UPDATE OF copy_group ON memberships BEGIN
  UPDATE memberships SET story = (SELECT g.story FROM copy_groups g WHERE g.id = new.copy_group) WHERE article = new.article;
END;

CREATE TRIGGER copy_groups_placed AFTER UPDATE OF story ON copy_groups WHEN new.story IS NOT old.story BEGIN
  UPDATE memberships SET story = new.story WHERE copy_group = new.id;
END;
