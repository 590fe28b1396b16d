"""Reports: all of a run or a version as one HTML file that opens anywhere, without a network and without scripts."""
