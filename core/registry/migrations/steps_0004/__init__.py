"""The steps of revision 0004."""
