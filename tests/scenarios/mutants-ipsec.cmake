# IP security: what notices when ESP, its tunnels or its policies forget something.
mutant(esp_integrity_ignored protocols/ipsec/esp.c
  "        if (!crypto_equal(digest, esp + header + enciphered, sa->icv_size))\n            return IPSEC_BAD_INTEGRITY;" ""
  ipsec/esp-auth-before-decrypt.xml "step 4: and no more than these are decrypted[^\n]*\n[^\n]*\n[^\n]*it is \"39\"")
mutant(esp_sequence_not_marked protocols/ipsec/esp.c
  "    replay_window_mark(&sa->window, sequence);" ""
  ipsec/esp-anti-replay.xml "each of the three is taken once[^\n]*\n[^\n]*\n[^\n]*not at all")
mutant(ipsec_inner_source_outside protocols/ipsec/ipsec_outbound.c
  "        .source = bundle->local," "        .source = datagram->source,"
  ipsec/ipsec-tunnel-gateway-to-gateway.xml "no private address is seen on the Internet[^\n]*\n[^\n]*[0-9]")
mutant(ipsec_tunnel_ttl_copied protocols/ipsec/ipsec_outbound.c
  "        .ttl = config->tunnel_ttl," "        .ttl = datagram->ttl,"
  ipsec/tunnel-transparent-traceroute.xml "nobody else answers|the second is the other one")
mutant(ipsec_clear_accepted protocols/ipsec/ipsec_inbound.c
  "entry->policy.action == IPSEC_PROTECT && !entry->policy.accepts_unprotected" "entry == NULL"
  ipsec/gateways-inside-private-net.xml "a forged order in clear goes no further")
mutant(ipsec_endpoint_ignored protocols/ipsec/ipsec_inbound.c
  "if (!ip_address_equal(&datagram->destination, &bundle->local))" "if (!bundle)"
  ipsec/ipsec-tunnel-endpoints-not-swapped.xml "the tunnel of B does not end at B")
mutant(ah_header_unprotected protocols/ipsec/ah.c
  "    header[1] = 0;             /* TOS */" "    memset(header + 1, 0, 19);"
  ipsec/ipsec-tunnel-ah.xml "whatever is changed is found[^\n]*\n[^\n]*\n[^\n]*3 times")
mutant(esp_padding_zero protocols/ipsec/esp.c
  "        pad[i] = (uint8_t)(i + 1);" "        pad[i] = 0;"
  ipsec/esp-null-layout.xml "ping ping is answered")
mutant(ipsec_congestion_not_told protocols/ipsec/ipsec_ecn.c
  "    ipsec_datagram_set_tos(packet, datagram, (uint8_t)(datagram->tos | CE));\n" ""
  ipsec/ipsec-tunnel-ecn.xml "the second ping has met congestion\n")
mutant(ipsec_congestion_marked_anyway protocols/ipsec/ipsec_ecn.c
  "return (uint8_t)(tos & ~FIELD);" "return tos;"
  ipsec/ipsec-tunnel-ecn.xml "packet.dropped at east")
