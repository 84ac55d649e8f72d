"""What Scrapy is made to do: turns and pauses, what may be asked and how, answers to the store."""
