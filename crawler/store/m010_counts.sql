-- What would take a look at every article is counted as they come.

UPDATE outlets SET articles = (SELECT count(*) FROM articles a WHERE a.outlet = outlets.id);

CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
  UPDATE outlets SET articles = articles + 1 WHERE id = new.outlet;
END;

CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
  UPDATE outlets SET articles = articles - 1 WHERE id = old.outlet;
END;

CREATE TRIGGER articles_moved AFTER UPDATE OF outlet ON articles BEGIN
  UPDATE outlets SET articles = articles - 1 WHERE id = old.outlet;
  UPDATE outlets SET articles = articles + 1 WHERE id = new.outlet;
END;
