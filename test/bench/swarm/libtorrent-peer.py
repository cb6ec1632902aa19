"""libtorrent-peer.py ADDRESS TORRENT FOLDER seed|fetch: one peer, which prints `ready` or `it is complete` and goes on."""
import sys

import libtorrent as lt

address, torrent, folder, role = sys.argv[1:]
session = lt.session({
    "listen_interfaces": f"{address}:6881",
    "outgoing_interfaces": address,
    # Nothing but our tracker, plain TCP.
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "enable_incoming_utp": False,
    "enable_outgoing_utp": False,
    "in_enc_policy": lt.enc_policy.disabled,
    "out_enc_policy": lt.enc_policy.disabled,
    # As suits a LAN: every neighbour at once, and short queues. Super-seeding was slower in every trial.
    "connection_speed": 200,
    "unchoke_slots_limit": 20,
    "request_queue_time": 1,
    "max_out_request_queue": 100,
    "allow_multiple_connections_per_ip": True,
    "ssrf_mitigation": False,
    "alert_mask": lt.alert.category_t.status_notification,
})
wanted = lt.add_torrent_params()
wanted.ti = lt.torrent_info(torrent)
wanted.save_path = folder
wanted.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
if role == "seed":
    wanted.flags |= lt.torrent_flags.seed_mode
session.add_torrent(wanted)
if role == "seed":
    print("ready", flush=True)
while True:
    session.wait_for_alert(1000)
    for alert in session.pop_alerts():
        if isinstance(alert, lt.torrent_finished_alert) and role != "seed":
            print("it is complete", flush=True)
        elif isinstance(alert, lt.torrent_error_alert):
            sys.exit(alert.message())
