#!/bin/sh
# Runs a program where the stock agent can do no harm: a network of its own with one card named like a VLAN (the agent lists such cards
# without hardware behind them), and a /dev without any disk. Arguments: MAC address, then the program.
set -eu
mac=$1
shift
ip link set lo up
ip link add name x0.10 address "$mac" type veth peer name x0p
ip link set x0p up
ip link set x0.10 up
ip address add 192.0.2.10/24 dev x0.10
mount -t sysfs none /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/ironic-python-agent
# Nothing but the harmless devices, so that no step can reach a disk of this machine.
mount -t tmpfs tmpfs /mnt
for name in null zero full random urandom tty; do
  : >"/mnt/$name"
  mount --bind "/dev/$name" "/mnt/$name"
done
mkdir /mnt/shm
mount --move /mnt /dev
exec "$@"
