"""What AI assistants ask of a store, over the Model Context Protocol; `newsloom mcp` starts it.

`article_tools` and `figure_tools` have a method for each tool, `answers` what they answer, `wire`
makes both JSON with schemas, and `mcp_server` speaks the protocol, by its official SDK (`mcp`).
"""
