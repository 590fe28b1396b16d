"""`python -m app` is `calque`."""

import sys

from app.main import main

sys.exit(main())
