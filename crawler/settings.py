"""Scrapy's settings: only what differs from its defaults, each with its why."""

import os

BOT_NAME = "newsloom"
SPIDER_MODULES = [
    "spiders.outlet",
    "spiders.feeds",
    "spiders.sitemaps",
    "spiders.discovery",
    "spiders.custom",
]
# One broken custom spider must not stop the others.
SPIDER_LOADER_WARN_ONLY = True

# Who we are. Set NEWSLOOM_CONTACT, here or in the environment, to an address or page where an
# outlet can reach you: the add-on makes the user agent of it.
NEWSLOOM_ROBOTS_AGENT = "Newsloom"
NEWSLOOM_CONTACT = os.environ.get("NEWSLOOM_CONTACT", "")
ADDONS = {"crawler.fetching.identity.Identity": 100}

# The bytes of pages are kept beside the store only where somebody wants to read them again.
NEWSLOOM_KEEP_PAGES = False
NEWSLOOM_KEEP_WARC = False

# The frontier is in the store, see docs/architecture.md; Scrapy's own queue is lost on a kill.
SCHEDULER = "crawler.fetching.frontier.Frontier"

# A guest's pace: one request at a time and a second between two, for each host.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
# Half of a delay that robots.txt asks for is not the delay.
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 30.0
# Requests that wait for their host's turn count too, so this is the number of hosts at work.
CONCURRENT_REQUESTS = 64
# While answers of this many bytes wait for the parsers, nothing more is fetched. A sitemap of 50 MB
# that is being read must not stop everything else.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 64 * 1024 * 1024
# An item costs a database row; a hundred tasks for each response cost more than the fetch.
CONCURRENT_ITEMS = 4

# Limits: 20 s in all instead of 180, 8 MiB instead of a gigabyte (bombs are held to it unpacked).
DOWNLOAD_TIMEOUT = 20
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 8
# An index of sitemaps of sitemaps, and no deeper.
DEPTH_LIMIT = 3
# Once more in the same run; after that the page waits for a later one.
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524, 408]
RETRY_GIVE_UP_LOG_LEVEL = "INFO"
# Spiders record every status; Scrapy would drop the responses before they see them.
HTTPERROR_ALLOW_ALL = True

# Crawled bytes are hostile: nothing but http and https, nothing that listens, nothing that tells.
DOWNLOAD_HANDLERS = {
    "data": None, "file": None, "ftp": None, "s3": None,
    # Scrapy's own, but that it verifies certificates where a reader's own access is sent.
    "https": "crawler.fetching.certificates.HTTPS",
}  # fmt: skip
TWISTED_DNS_RESOLVER = "crawler.fetching.resolver.PublicResolver"
NEWSLOOM_ALLOW_PRIVATE = False
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# Not disabled, which would make every redirect warn: it sends nothing.
REFERRER_POLICY = "no-referrer"
# But for one chain of redirects, see ChainCookies.
COOKIES_ENABLED = False
# A page that sends on at once; others want to be read, or read again, first.
METAREFRESH_MAXDELAY = 1
# Through a proxy the address guard would see the proxy only.
HTTPPROXY_ENABLED = False

# robots.txt by our own middleware: Scrapy's ignores status and Crawl-delay.
ROBOTSTXT_OBEY = False
DOWNLOADER_MIDDLEWARES = {
    "crawler.fetching.middlewares.web_only.WebOnly": 90,
    "crawler.fetching.middlewares.due_sources.DueSources": 95,
    "crawler.fetching.middlewares.send_access.AccessKnown": 97,
    "crawler.fetching.middlewares.robots.Robots": 100,
    "crawler.fetching.middlewares.run_deadline.InTime": 105,
    "crawler.fetching.middlewares.address_shapes.KnownShapes": 405,
    "crawler.fetching.middlewares.conditional_get.ConditionalGet": 410,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.fetching.middlewares.decompress.Decompress": 590,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.fetching.middlewares.redirects.PageRefresh": 580,
    # Nearer to the server than Scrapy's redirects, which end there for what is farther away.
    "crawler.fetching.middlewares.redirects.ChainCookies": 610,
    # Nearer to the server than what remembers a request: redirects, retries, cookies of a chain.
    "crawler.fetching.middlewares.send_access.SendAccess": 620,
    # Nearer to the server than Scrapy's retries, so that it sees 503 first.
    "crawler.fetching.middlewares.retry_after.RetryAfter": 560,
    # Nearest to the server: it sees each attempt.
    "crawler.fetching.middlewares.reach.Reach": 950,
    "crawler.fetching.middlewares.unguarded.Unguarded": 960,
}
EXTENSIONS = {
    "crawler.fetching.deadline.Deadline": 90,
    "crawler.fetching.writer.Writer": 100,
    "crawler.fetching.parser_pool.Parsers": 110,
    "crawler.fetching.pace.Pace": 120,
    "crawler.fetching.renderer.Renderer": 130,
    # Pace is AutoThrottle with a floor for each host.
    "scrapy.extensions.throttle.AutoThrottle": None,
}
ITEM_PIPELINES = {"crawler.fetching.pipelines.Save": 900}

# In memory unless a file is named: `scrapy crawl feeds -O out.jsonl` leaves only out.jsonl.
NEWSLOOM_DB = ""
# 0: no limit, one worker for each core, a run row of its own.
NEWSLOOM_LIMIT = 0
NEWSLOOM_HOST_LIMIT = 0
NEWSLOOM_MAX_RUNTIME = 0
NEWSLOOM_WORKERS = 0
NEWSLOOM_RUN = 0
# Articles of the last days are fetched again now and then, to see whether they were changed.
NEWSLOOM_REVISITS = True
# Sources are asked when they are due; True asks all.
NEWSLOOM_NOW = False
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"
