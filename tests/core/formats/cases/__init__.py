"""What is right for each of ../shared/cases, a row a case, a module a format."""
