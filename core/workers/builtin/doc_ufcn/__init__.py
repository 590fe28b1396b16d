"""Doc-UFCN: every pixel of a page gets a class; what hangs together is an object."""
