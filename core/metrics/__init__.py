"""Measuring predictions against ground truth: COCO's protocol in numpy, masks by the reference's own rasteriser."""
