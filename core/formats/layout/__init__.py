"""Pages made of zones and lines, as PAGE and ALTO have them: what the two share."""
