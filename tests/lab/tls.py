# SPDX-License-Identifier: GPL-2.0-or-later
"""tls: the other hosts of the internet: a TLS server (OpenSSL, by Python's ssl) that answers each
request with a line and hangs up.

    tls.py CERTIFICATE KEY ADDRESS…      port 443 of each address; runs until killed
"""

import asyncio
import contextlib
import ssl
import sys


async def serve(reader, writer):
    with contextlib.suppress(OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        await writer.drain()
    writer.close()
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 10)


async def main(certificate, key, *addresses):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    for address in addresses:
        await asyncio.start_server(serve, address, 443, ssl=context)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
