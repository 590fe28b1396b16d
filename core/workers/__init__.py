"""The plug-in contract: light descriptions that the window can list, heavy code that only a child imports."""
