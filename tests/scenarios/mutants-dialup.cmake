# Dial-up broken on purpose; see mutants.cmake.
mutant(fcs_not_checked protocols/ppp/hdlc.c
  "hdlc_fcs(HDLC_FCS_INITIAL, frame->data, frame->length) != HDLC_FCS_GOOD)" "false)"
  dial-up/dialup-line-noise.xml "no damaged frame gets past the FCS\n")
mutant(own_modem_forgotten sim/nodes/serial_port.c
  " | port->modem->config.accm" ""
  dial-up/ppp-accm-escaping.xml "no octet is swallowed, no frame damaged\n")
mutant(lcp_sent_with_the_new_map protocols/ppp/hdlc.c
  "return fixed ? HDLC_DEFAULT_ACCM : negotiated;" "return negotiated;"
  dial-up/ppp-accm-missing.xml "LCP opens at once: its packets are escaped whatever was agreed\n")
mutant(start_and_stop_bits_forgotten sim/net/telephone.c
  "#define ASYNCHRONOUS_BITS 10" "#define ASYNCHRONOUS_BITS 8"
  dial-up/pptp-remote-access-dialup.xml "thirty kilobytes take more than nine seconds\n")
mutant(idle_time_not_restarted sim/nodes/ppp_port.c
  "    port->active_at = port_simulation(port)->now;\n    if (port->watch)" "    if (port->watch)"
  dial-up/dialup-idle-disconnect.xml "90 seconds after the reply to the second ping\n")
mutant(tunnel_outlives_its_line sim/nodes/demand_dial.c
  "if (c != connection && c->class->address_lost)" "if (false)"
  dial-up/dialup-line-cut.xml "the tunnel goes with the address that carried it\n")
mutant(held_packets_forgotten sim/nodes/demand_dial.c
  "        ppp_port_send(connection->port, packet);\n    for" "        packet_free(packet);\n    for"
  site-to-site/site-to-site-branch-dialup.xml "the packet that dialled waited and arrived\n")
mutant(callback_without_delay sim/nodes/rras_dialup.c
  "instant_after(simulation->now, port->callback_delay_s * INSTANT_SECOND)" "simulation->now"
  dial-up/ppp-callback-caller.xml "the server calls once, twelve seconds later\n")
mutant(named_number_preferred sim/nodes/rras_dialup.c
  "return CBCP_ALLOW(CBCP_PRE_SPECIFIED);" "return CBCP_ALLOW(CBCP_USER_SPECIFIED);"
  dial-up/ppp-callback-administrator.xml "the hotel is never called\n")
mutant(callback_not_insisted_on protocols/ppp/ppp_session_callback.c
  "if (allowed && !(allowed & CBCP_ALLOW(CBCP_NO_CALLBACK)))" "if (false)"
  dial-up/ppp-callback-administrator.xml "no callback, no connection\n")
