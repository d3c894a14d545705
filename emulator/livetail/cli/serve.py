"""`livetail serve`: run the emulator in the foreground."""

import argparse
import gc
import os

from livetail.cli.errors import CommandError
from livetail.settings import FLAGS, Settings, SettingsError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Each flag has an environment twin: --max-sessions is LIVETAIL_MAX_SESSIONS. A flag goes before it."
    for flag in FLAGS:
        flag.add_to(parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        settings = Settings.resolve({flag.field: getattr(arguments, flag.field) for flag in FLAGS}, os.environ)
    except SettingsError as error:
        raise CommandError(str(error), status=2) from None

    from livetail.scenarios.problems import ScenarioError
    from livetail.server.failures import StartError
    from livetail.server.launch import Launch, prepare
    from livetail.server.logs import configure_logging
    from livetail.server.runner import serve_in_foreground

    configure_logging(settings.log_level, settings.log_format)

    def announce(launch: Launch) -> None:
        from livetail.environment import export_lines

        seed = launch.server.engine.seed
        lines = [
            f"Ready. {launch.endpoint_url}",
            "# SDKs send StartLiveTail to stream-<host>; with these variables they find it here:",
            *export_lines(launch.environment),
            f"# seed {seed}: --seed {seed} draws the same ids and samples again",
        ]
        if launch.ca_bundle is not None:
            lines.append(f"# the certificate is signed by {launch.ca_bundle}")
        print("\n".join(lines), flush=True)

    try:
        launch = prepare(settings, announce)
        gc.freeze()  # what has been loaded stays: a collection need not walk through it, and pauses the tails for less
        serve_in_foreground(launch.serving)
    except StartError as error:
        raise CommandError(str(error)) from None
    except ScenarioError as error:
        raise CommandError("\n".join(error.faults)) from None
    return 0
