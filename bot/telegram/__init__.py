"""The only room that imports the ``telegram`` package."""
