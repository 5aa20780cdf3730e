"""A program that does not listen when it is asked to stop."""

import signal
import sys
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdout.write("deaf")
sys.stdout.flush()
time.sleep(60)
