"""Keep the folder and the wiki the same while people write: ``wikisync watch``."""
