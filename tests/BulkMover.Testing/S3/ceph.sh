#!/usr/bin/env bash
# ceph.sh DIR PORT MONITOR_PORT: a Ceph RADOS Gateway, which speaks S3, on this machine only: one monitor, one storage daemon that keeps
# objects in memory, one gateway. Prints "ready", ends when its input ends, and leaves no process behind. Needs ceph-mon, ceph-osd, radosgw and ceph-common.
set -euo pipefail
readonly dir=$1 port=$2 monitor_port=$3
export CEPH_CONF=$dir/ceph.conf
readonly libraries=$(dirname "$(find /usr/lib /usr/lib64 -maxdepth 3 -type d -name rados-classes 2>/dev/null | head -n 1)")
pids=()

main() {
  trap stop EXIT
  mkdir -p "$dir"/{mon/a,osd/0,rgw,run,log,crash}
  configure >"$CEPH_CONF"
  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$monitor_port]" "$dir/monmap" >/dev/null
  ceph-mon --mkfs -i a --monmap "$dir/monmap"
  start ceph-mon -f -i a
  until timeout 20 ceph mon stat >/dev/null 2>&1; do alive; sleep 0.1; done
  local osd_id
  osd_id=$(cat /proc/sys/kernel/random/uuid)
  ceph osd new "$osd_id" >/dev/null 2>&1
  ceph-osd -i 0 --mkfs --osd-uuid "$osd_id" 2>>"$dir/log/mkfs.log"
  start ceph-osd -f -i 0
  until ceph osd stat 2>/dev/null | grep -q '1 up'; do alive; sleep 0.1; done
  start radosgw -f -n client.rgw
  until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do alive; sleep 0.1; done
  # The second one owns nothing and may read nothing of the first.
  user test testsecret & local first=$!
  user stranger strangersecret
  wait "$first"
  echo ready
  cat >/dev/null
}

fsid=$(cat /proc/sys/kernel/random/uuid)

configure() {
  cat <<EOF
[global]
fsid = $fsid
mon_initial_members = a
mon_host = v2:127.0.0.1:$monitor_port
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $dir/run
admin_socket = $dir/run/\$name.\$pid.asok
pid_file = $dir/run/\$name.pid
log_file = $dir/log/\$name.log
crash_dir = $dir/crash
plugin_dir = $libraries
erasure_code_dir = $libraries/ceph/erasure-code
osd_class_dir = $libraries/rados-classes
ms_bind_ipv6 = false
ms_bind_msgr1 = false
# Without it the gateway never starts.
ms_mon_client_mode = crc secure
setuser_match_path =
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data_avail_warn = 1
mon_data_avail_crit = 1
$(for part in ms osd rgw monc objecter rados rocksdb memstore mon paxos auth none; do echo "debug_$part = 0/0"; done)
[mon]
mon_data = $dir/mon/\$id
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[osd]
osd_data = $dir/osd/\$id
osd_objectstore = memstore
memstore_device_bytes = 1073741824
memstore_page_set = false
osd_fast_shutdown = true
[client.rgw]
rgw_data = $dir/rgw
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw_thread_pool_size = 32
rgw_enable_usage_log = false
# Many parts need not be many bytes.
rgw_multipart_min_part_size = 1
# A key of the customer's own goes over http, on this machine.
rgw_crypt_require_ssl = false
EOF
}

start() {
  "$@" >>"$dir/log/$1.out" 2>&1 </dev/null &
  pids+=($!)
}

# Ends the wait for a daemon that is gone already.
alive() {
  local pid
  for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || { tail -n 20 "$dir"/log/* >&2; exit 1; }; done
}

user() {
  radosgw-admin -n client.rgw user create --uid="$1" --display-name="$1" --access-key="$1" --secret-key="$2" >/dev/null 2>"$dir/log/user-$1.log"
}

# Everything is in memory and a daemon takes its time to say goodbye: it is not waited for.
stop() {
  [ "${#pids[@]}" -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null || true
}

main
