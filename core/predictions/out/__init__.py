"""Writing predictions as files of other programs: a module for each form."""
