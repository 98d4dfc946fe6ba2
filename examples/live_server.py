"""A small WebSocket server on this machine: frames come in as JSON, poses go back. An example, not a product:
it has no authentication and listens on loopback alone.

    pip install websockets
    python examples/live_server.py            # then connect to ws://127.0.0.1:8765/?size=1280x720
    python examples/live_server.py --check    # connects to itself, sends three frames and prints the answers

A message is a line of `zedo stream`. Each connection is a stream of its own: its people are followed apart.
"""

import argparse
import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

import zedo_cli as zedo
from zedo_cli.cameras.assumed import assumed_camera
from zedo_cli.live.inbox import Arrived
from zedo_cli.live.lines import LineReader
from zedo_cli.live.service import Service

HOST, PORT = "127.0.0.1", 8765
DATA = Path(__file__).parents[1] / "data" / "pose2sim" / "openpose" / "cam01_json"

lifter = zedo.Lifter(preset="fast")
worker = ThreadPoolExecutor(1)  # one frame after another; the network uses all cores


async def answer(connection):
    """One stream: a message out for each message in."""
    asked = parse_qs(urlparse(connection.request.path).query)
    width, height = asked.get("size", ["1280x720"])[0].split("x")
    service = Service(lifter.live(assumed_camera((float(width), float(height)))), LineReader().frame)
    async for message in connection:
        line = message if isinstance(message, bytes) else message.encode()
        arrived = Arrived(line, time.monotonic())
        found, notes = await asyncio.get_running_loop().run_in_executor(worker, service.answer, arrived)
        for note in notes:
            print(f"{note.level}: {note.text}")
        await connection.send(found.decode())


async def check():
    """Send three frames of a bundled clip, and print where the pelvis is."""
    async with connect(f"ws://{HOST}:{PORT}/?size=1088x1920") as connection:
        for number, path in enumerate(sorted(DATA.iterdir())[:3]):
            record = json.loads(path.read_text()) | {"time": number / 60}
            await connection.send(json.dumps(record))
            people = json.loads(await connection.recv())["people"]
            print(f"frame {number}: pelvis at {people[0]['pose_3d'][0]} m")


async def main():
    """Serve until Ctrl-C, or check once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    once = parser.parse_args().check
    async with serve(answer, HOST, PORT, max_size=1 << 24):
        print(f"ws://{HOST}:{PORT}")
        await (check() if once else asyncio.get_running_loop().create_future())


if __name__ == "__main__":
    asyncio.run(main())
