"""The proxies that are not voicetap: how each is configured and started."""

import os
import sys

from bench.place import Command, Place


def nginx(place: Place, proxy_options: str = "") -> Command:
    """One worker. TLS 1.3 has to be asked for before nginx 1.23.4."""
    user = "user root;" if os.getuid() == 0 else ""
    tls = ""
    if place.authority is not None:
        tls = f"""proxy_ssl_protocols TLSv1.3;
                    proxy_ssl_verify on;
                    proxy_ssl_trusted_certificate {place.authority};
                    proxy_ssl_name localhost;"""
    configuration = place.directory / "nginx.conf"
    configuration.write_text(f"""
        {user}
        daemon off;
        worker_processes 1;
        pid {place.directory}/nginx.pid;
        error_log stderr error;
        events {{ worker_connections 8192; }}
        http {{
            access_log off;
            client_body_temp_path {place.directory}/body;
            proxy_temp_path {place.directory}/proxy;
            fastcgi_temp_path {place.directory}/fastcgi;
            uwsgi_temp_path {place.directory}/uwsgi;
            scgi_temp_path {place.directory}/scgi;
            server {{
                listen 127.0.0.1:{place.listen};
                location / {{
                    proxy_pass {place.origin};
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection "upgrade";
                    proxy_buffering off;
                    proxy_read_timeout 1h;
                    proxy_send_timeout 1h;
                    {tls}
                    {proxy_options}
                }}
            }}
        }}
    """)
    return ["nginx", "-c", str(configuration), "-p", str(place.directory), "-e", "stderr"]


def haproxy(place: Place) -> Command:
    """One thread."""
    tls = ""
    if place.authority is not None:
        tls = f" ssl ssl-min-ver TLSv1.3 verify required ca-file {place.authority} verifyhost localhost"
    configuration = place.directory / "haproxy.cfg"
    configuration.write_text(f"""
global
    nbthread 1
    maxconn 8192
defaults
    mode http
    timeout connect 10s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
frontend callers
    bind 127.0.0.1:{place.listen}
    default_backend upstream
backend upstream
    server only 127.0.0.1:{place.upstream}{tls}
""")
    return ["haproxy", "-db", "-f", str(configuration)]


def naive(place: Place) -> Command:
    """See bench.naive."""
    return [
        *(sys.executable, "-m", "bench.naive", "--upstream", place.origin, "--listen", str(place.listen)),
        *(("--authority", str(place.authority)) if place.authority else ()),
        *(("--deflate",) if place.deflate else ()),
    ]
