"""The web desk: a Datasette plug-in that shows a store as stories, articles and outlets.

`app` makes the application and `plugin` has Datasette's hooks; `story_pages`, `article_pages` and
`outlet_pages` have one function per page, `downloads` the exports, `syndication` the feeds.
"""
