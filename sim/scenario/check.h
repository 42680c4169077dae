#ifndef VPNSIM_SCENARIO_CHECK_H
#define VPNSIM_SCENARIO_CHECK_H

#include "scenario/loader.h"

/*
 * Checks of the finished model that the schema cannot express. References are resolved where they
 * are parsed, so that here everything points to something.
 */

/** Addresses of interfaces, gateways, routes, pools: usable, unique, in the right subnet. */
void check_addresses(struct loader *loader);

/** The same of IPv6; check_addresses() calls it. */
void check_ipv6_addresses(struct loader *loader);

/** Every interface has a link, and the machines on one wire are in one subnet. */
void check_segments(struct loader *loader);

/** Attachments are different ones, and nothing is expected that they make impossible. */
void check_attachments(struct loader *loader);

/** False for addresses that no interface can have (RFC 1122 section 3.2.1.3); @p why says why. */
bool check_is_host_address(ipv4_address address, unsigned prefix_length, const char **why);

#endif
