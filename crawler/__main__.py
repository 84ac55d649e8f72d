"""`newsloom`, and `python -m crawler`."""

from crawler.interrupts import listen


def main() -> None:
    """Run the command line. Signals are taken before it is loaded, which is most of a second."""
    listen()
    from crawler.cli import main as run

    run()


if __name__ == "__main__":  # worker processes import this file too
    main()
