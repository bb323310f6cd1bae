"""``python until_eof.py COMMAND …``: runs a server that ends when standard input does, as ours do by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def watch() -> None:
        while os.read(0, 4096):
            continue
        child.kill()

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    os._exit(max(0, main(sys.argv[1:])))
