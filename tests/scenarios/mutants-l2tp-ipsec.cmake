# L2TP and its automatic IPsec policy: what notices when one of them forgets the other.
mutant(l2tp_before_ike sim/nodes/l2tp/l2tp_client.c
  "return protected ? secure(client) : begin(client);" "(void)protected, (void)secure; return begin(client);"
  ipsec/ike-before-l2tp-order.xml "ike\\.main-mode\\.started")
mutant(l2tp_policies_stay sim/ipsec/l2tp_protection.c
  "ipsec_driver_remove_policy(agent->driver, entry->policy);" ""
  ipsec/l2tp-auto-policy-no-tunnel-config.xml "afterwards the client has none again")
mutant(l2tp_clear_admitted sim/ipsec/l2tp_protection.c
  ".mode = IPSEC_TRANSPORT," ".mode = IPSEC_TRANSPORT, .accepts_unprotected = true,"
  ipsec/l2tp-plaintext-when-policy-missing-dropped.xml "unprotected")
mutant(l2tp_associations_stay sim/nodes/l2tp/l2tp_link.c
  "l2tp_protection_end(&guard->protection, !is_shared(link, guard));" "l2tp_protection_end(&guard->protection, false);"
  ipsec/l2tp-ipsec-remote-access-lan.xml "ike\\.delete\\.sent")
mutant(l2tp_associations_of_others_end sim/nodes/l2tp/l2tp_link.c
  "l2tp_protection_end(&guard->protection, !is_shared(link, guard));" "l2tp_protection_end(&guard->protection, is_shared(link, guard) || true);"
  ipsec/l2tp-ipsec-next-connection.xml "never dial.failed at client")
mutant(l2tp_policies_of_known_ports sim/nodes/l2tp/l2tp_client.c
  ".local_port = client->port.link->socket.port," ".local_port = 1701,"
  ipsec/l2tp-ipsec-other-ports.xml "nothing crosses in clear")
