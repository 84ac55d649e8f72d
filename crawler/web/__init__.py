"""The web desk: a Datasette plug-in that shows a store as stories, articles and outlets.

`crawler.web.app` makes the application; `plugin` has Datasette's hooks, `pages` one function a
page, `downloads` what can be taken away, `feeds` stories for other readers.
"""
