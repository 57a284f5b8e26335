# SPDX-License-Identifier: GPL-2.0-or-later
"""servers: who answers in the lab. In the cloud dnsmasq as the resolvers, with the service's genuine
texts (domain 2.2, 2.4), tinyproxy as the SWG, and a TLS server; on the firewall another dnsmasq as
the network's own resolver, which knows the SWG's names (domain 4.1) and nothing of the module's."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import netns
from topology import CONTROL, FAMILIES, INSIDE, RESOLVERS, SWG
import wire

HERE = os.path.dirname(os.path.abspath(__file__))
SWG_NAME = "swg-url-proxy-https-sse.sigproxy.qq.opendns.com"
# A sensor looks these up as well, and to another one it is a laptop that does.
SWG_OTHERS = ("swg-url-proxy-https.sigproxy.qq.opendns.com", "proxy.sig.umbrella.com")
SWG_CHAIN = ("swg-proxy_eu-west-2_1_1n.sigproxy.aws.umbrella.com",
             "k8s-sigproxy-sigproxy-c8f482b42a-ddf1929ae349b3e5.elb.eu-west-2.amazonaws.com")
DEBUG, CERT = "debug.opendns.com", "2.dnscrypt-cert.opendns.com"
# All identities are invented.
DEBUG_TEXT = ("server r7.lon", "device 0101e3b05c22d917", "remoteip 192.168.50.11",
              "flags 40034 0 186040 1E10000074060000060039F0400FE2080081681", "originid 610000417",
              "orgid 7700123", "orgflags 100A6", "actype 0", "bundle 9100777",
              "source 203.0.113.7:53001")


def certificate():
    """124 bytes as in domain 2.4, valid for a year; nobody holds the key of its signature."""
    start = int(time.time()) - 40 * 86400
    return (b"DNSC\0\x01\0\0" + bytes(64) + bytes(range(32)) + b"qR4mTz8w"
            + start.to_bytes(4, "big") * 2 + (start + 31536000).to_bytes(4, "big"))


DNSMASQ = ["no-resolv", "no-hosts", "no-daemon", "bind-interfaces", "user=root", "pid-file"]


def resolver_conf(port):
    """The resolvers: a record per text, time to live 0; the certificate is binary (16 is TXT)."""
    text = wire.text(certificate()).hex()
    return "\n".join([*DNSMASQ, f"port={port}", "local=/#/",
                      *[f"listen-address={a}" for family in FAMILIES for a in RESOLVERS[family]],
                      *[f"txt-record={DEBUG},{text}" for text in DEBUG_TEXT],
                      f"dns-rr={CERT},16,{text}", ""])


def local_conf():
    """The network's own resolver."""
    return "\n".join([*DNSMASQ, "port=53", "local=/#/",
                      *[f"listen-address={INSIDE[family]}" for family in FAMILIES],
                      *[f"cname={name},{SWG_CHAIN[0]},60" for name in (SWG_NAME, *SWG_OTHERS)],
                      f"cname={SWG_CHAIN[0]},{SWG_CHAIN[1]},60",
                      f"host-record={SWG_CHAIN[1]},{SWG[4][0]},{SWG[6][0]},60",
                      f"host-record=www.example.com,{CONTROL[4][0]},{CONTROL[6][0]},60", ""])


def tinyproxy_conf():
    return "\n".join(["Port 443", "Timeout 15", "MaxClients 500", "LogLevel Error",
                      "ConnectPort 443", *[f"Listen {address}" for family in FAMILIES
                                           for address in SWG[family]], ""])


def answers(namespace, server, port, name, kind):
    """True once somebody at server:port answers a query that is asked in the namespace."""
    with namespace.inside():
        s = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM)
    with s, contextlib.suppress(OSError):
        s.settimeout(0.2)
        s.connect((server, port))
        s.send(wire.dns_query(7, name, kind))
        return len(s.recv(4096)) > 12
    return False


def accepts(namespace, server, port):
    with namespace.inside():
        s = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET)
    with s, contextlib.suppress(OSError):
        s.settimeout(0.2)
        s.connect((server, port))
        return True
    return False


async def start(processes, topology, folder):
    """Starts everybody and returns once each was heard, in the cloud itself or from the firewall."""
    relay = await processes.start("relay", [sys.executable, f"{HERE}/relay.py", "firewall", "cloud"])
    await netns.until(lambda: relay.check() or "ready" in relay.talk(), "the relay's devices")
    topology.cloud_up()
    cloud, firewall = topology.cloud, topology.firewall
    for name, text in (("resolver53", resolver_conf(53)), ("resolver443", resolver_conf(443)),
                       ("local", local_conf()), ("tinyproxy", tinyproxy_conf())):
        (folder / f"{name}.conf").write_text(text)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem", "-subj", "/CN=www.example.com", "-days", "2"],
                   check=True, capture_output=True)
    for namespace, name, words in (
            (cloud, "resolver53", ["dnsmasq", "-C", folder / "resolver53.conf"]),
            (cloud, "resolver443", ["dnsmasq", "-C", folder / "resolver443.conf"]),
            (firewall, "local", ["dnsmasq", "-C", folder / "local.conf"]),
            (cloud, "tinyproxy", ["tinyproxy", "-d", "-c", folder / "tinyproxy.conf"]),
            (cloud, "tls", [sys.executable, f"{HERE}/tls.py", folder / "cert.pem",
                            folder / "key.pem", *CONTROL[4], *CONTROL[6]])):
        await processes.start(name, namespace.command(*words))

    def heard(test, *where):
        for process in processes.all:
            process.check()
        return test(*where)

    for family in FAMILIES:
        for address in RESOLVERS[family]:
            for port in (53, 443):
                await netns.until(lambda: heard(answers, firewall, address, port, DEBUG, wire.TXT),
                                  f"the resolver {address} port {port}")
        await netns.until(lambda: heard(answers, firewall, INSIDE[family], 53, SWG_NAME, wire.A),
                          "the network's resolver")
        for address in SWG[family] + CONTROL[family]:
            await netns.until(lambda: heard(accepts, firewall, address, 443),
                              f"port 443 of {address}")
