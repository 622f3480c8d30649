"""``python -m syncd.sandbox SHOP``: serve a sandbox shop until SIGINT or SIGTERM.

Prints one JSON line with the addresses and credentials as soon as the shop listens.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module

from syncd.sandbox.running import running
from syncd.sandbox.wire import Shop

SHOPS = {
    "cscart": ("syncd.sandbox.cscart.shop", "CSCartShop"),
    "horoshop": ("syncd.sandbox.horoshop.shop", "HoroshopShop"),
    "justclick": ("syncd.sandbox.justclick.shop", "JustClickShop"),
    "marketplace": ("syncd.sandbox.marketplace.shop", "MarketplaceShop"),
    "webasyst": ("syncd.sandbox.webasyst.shop", "WebasystShop"),
}
"""Where each shop is found: its module and its class."""


def build_shop(args: argparse.Namespace) -> Shop:
    """Build the shop that the command line asks for; only the asked one is loaded."""
    module, name = SHOPS[args.shop]
    shop: Shop = getattr(import_module(module), name)(
        seed=args.seed, products=args.products, orders=args.orders
    )
    return shop


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m syncd.sandbox", description=__doc__)
    parser.add_argument("shop", choices=sorted(SHOPS))
    parser.add_argument("--port", type=int, default=0, help="port of the shop (default: any free one)")
    parser.add_argument("--control-port", type=int, default=0, help="port of the control API")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same shop")
    parser.add_argument("--products", type=int, default=20)
    parser.add_argument("--orders", type=int, default=0)
    parser.add_argument(
        "--until-stdin-ends", action="store_true", help="also stop when whoever started it is gone"
    )
    return parser.parse_args(argv)


async def serve(args: argparse.Namespace) -> None:
    """Serve until a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if args.until_stdin_ends:
        threading.Thread(target=lambda: _at_the_end_of_stdin(loop, stop), daemon=True).start()
    async with running(build_shop(args), port=args.port, control_port=args.control_port) as shop:
        print(json.dumps(shop.announcement()), flush=True)
        await stop.wait()


def _at_the_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    # Not by sys.stdin: its lock would be held by this thread when the interpreter ends.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with suppress(RuntimeError):  # the loop has ended already
        loop.call_soon_threadsafe(stop.set)


def main() -> int:
    """Run the command line; returns the exit code."""
    args = parse_arguments(sys.argv[1:])
    try:
        asyncio.run(serve(args))
    except OSError as error:
        print(f"cannot listen: {error}; choose another --port or --control-port", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
