"""`python -m intaglio_training`."""

import sys

from .command_line import main

sys.exit(main())
