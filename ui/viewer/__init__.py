"""An image with what is known of it drawn over it: pictures, overlays, the canvas and the page around it."""
