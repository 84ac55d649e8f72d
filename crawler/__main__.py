"""`newsloom`, and `python -m crawler`."""


def main() -> None:
    """Run the command line; every error and every signal ends as a sentence and an exit code.

    Signals wait until they are listened to: `signal` itself takes longer to load than all that
    comes before it. The command line is loaded after that, which is most of a second.
    """
    import _signal  # type: ignore[import-not-found]

    before = _signal.pthread_sigmask(
        _signal.SIG_BLOCK, (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP)
    )
    from crawler import interrupts

    interrupts.listen()
    code = interrupts.EXIT_CODE
    try:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
        from crawler.cli import run

        code = run()
    except KeyboardInterrupt:
        interrupts.say()
    interrupts.leave(code)


if __name__ == "__main__":  # worker processes import this file too
    main()
