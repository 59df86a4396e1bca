#!/bin/sh
# A certificate authority of one's own, in the current folder.
#   certificates.sh authority             makes ca.key, ca.pem and an empty crl.pem
#   certificates.sh server HOST           makes server.key and server.pem for the broker
#   certificates.sh device NAME           makes NAME.key and NAME.pem; NAME: the device id, unless it is pinned
#   certificates.sh revoke NAME           puts it on crl.pem
set -eu
EC="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"

issue() { # name, subject alternative name
  # shellcheck disable=SC2086
  openssl req $EC -subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$1.key" -out "$1.csr"
  openssl ca -batch -notext -config ca.cnf -in "$1.csr" -out "$1.pem"
  rm "$1.csr"
}
list() { openssl ca -config ca.cnf -gencrl -out crl.new && mv crl.new crl.pem; }

case $1 in
  authority)
    cat > ca.cnf <<'CNF'
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 825
default_crl_days = 30
policy = names
unique_subject = no
copy_extensions = copy
[names]
commonName = supplied
CNF
    : > index.txt
    # shellcheck disable=SC2086
    openssl req -x509 $EC -days 3650 -subj "/CN=Devices of our own" -keyout ca.key -out ca.pem
    list ;;
  server)
    case $2 in *[!0-9.]*) kind=DNS ;; *) kind=IP ;; esac
    issue "$2" "$kind:$2"
    mv "$2.key" server.key && mv "$2.pem" server.pem ;;
  device) issue "$2" "DNS:$2" ;;
  revoke) openssl ca -config ca.cnf -revoke "$2.pem" && list ;;
esac
