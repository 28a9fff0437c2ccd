"""Runs inside of the jail, in Python: waits on standard input for one job, runs it, and reports on descriptor 3.

Whatever the job does to this process is seen by the host as a broken report: nothing here is trusted.
"""

import inspect
import json
import linecache
import os
import socket
import sys
import threading
import traceback

REPORT = 3
PROXY = ("127.0.0.1", 3128)
PROXY_SOCKET = "/jail/net/proxy.sock"
FILE = "step.py"


def write(data):
    while data:
        data = data[os.write(REPORT, data) :]


def report(kind, body=""):
    sys.stdout.flush()
    sys.stderr.flush()
    write(f"{kind}\n{body}".encode("utf-8", "replace"))
    os._exit(0)


def report_error(error):
    frames = [f"{FILE}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == FILE]
    if isinstance(error, SyntaxError) and error.filename == FILE:
        frames.insert(0, f"{FILE}:{error.lineno}:{error.offset}")
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    report("e", json.dumps({"name": type(error).__name__, "message": message, "stack": "\n".join(frames)}))


def pour(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def forward():
    """What the job sends to the proxy's address goes to the gate's socket, which is the only way out."""
    server = socket.create_server(PROXY)

    def accept():
        while True:
            client, _ = server.accept()
            way = socket.socket(socket.AF_UNIX)
            try:
                way.connect(PROXY_SOCKET)
            except OSError:
                client.close()
                continue
            for ends in ((client, way), (way, client)):
                threading.Thread(target=pour, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def run(job):
    source = job["source"]
    linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)
    scope = {"__name__": "step", "__file__": FILE}
    exec(compile(source, FILE, "exec"), scope)
    main = scope.get("main")
    if not callable(main):
        raise TypeError("the step has no function main")
    result = main(json.loads(job["input"]))
    if inspect.iscoroutine(result):
        import asyncio

        result = asyncio.run(result)
    try:
        text = json.dumps(result, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        report("n", json.dumps({"name": type(error).__name__, "message": str(error)}))
    report("v", text)


os.write(REPORT, b"ready\n")
try:
    given = json.loads(sys.stdin.buffer.read())
    if given["network"]:
        forward()
    run(given)
except BaseException as failure:
    report_error(failure)
