"""One QObject a feature: slots for what pages wish, calls to core through jobs, setters on pages."""
