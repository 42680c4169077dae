# Address translation: what notices when a translator forgets something.
mutant(nat_quote_untouched sim/nodes/nat_router.c
  "    edit_quote(header, packet, &quote, NAT_SOURCE, mapping->inside, mapping->inside_port);" ""
  nat/nat-ping-and-tcp.xml "quotes the datagram as its sender knows it")
mutant(nat_mapping_not_refreshed sim/nodes/nat_table.c
  "    mapping->used = now;\n    TAILQ_INSERT_TAIL" "    TAILQ_INSERT_TAIL"
  nat/nat-mapping-timeout.xml "nat\\.mapping\\.created")
mutant(nat_gre_shared sim/nodes/nat_table.c
  "if (nat_find_outside(table, protocol, 0, remote))" "if (remote == IPV4_ANY)"
  nat/nat-pptp-two-clients-no-editor.xml "address-in-use")
mutant(natt_answers_by_address sim/ipsec/ipsec_driver.c
  "packet->mark = answer.flow;" "packet->mark = 0;"
  nat/natt-two-clients-same-nat.xml "ping first")
mutant(natt_checksum_kept sim/ipsec/policy_agent.c
  "    if (!child->udp_encapsulation || child->tunnel)" "    if (true)"
  nat/natt-transport-checksum.xml "bad-checksum")
mutant(natt_deleted_by_address sim/run/build_timeline.c
  "wanted->peer_identity);" "NULL);"
  nat/natt-one-client-deleted.xml "never ike.phase1.deleted at client1")
mutant(natt_dead_by_address protocols/ike/ike_child.c
  "return own == phase1 || ike_phase1_same_peer(own, phase1);" "return true;"
  nat/natt-one-client-dead.xml "ping all-along")
mutant(natt_answers_to_whoever_is_there protocols/ipsec/ipsec_outbound.c
  "        if (steered && is_anothers(bundle))" "        if (false && is_anothers(bundle))"
  nat/natt-one-client-dead.xml "what is for the second is not sent to the first")
