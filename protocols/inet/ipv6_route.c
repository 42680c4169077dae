#include "inet/ipv6_route.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void ipv6_route_table_destroy(struct ipv6_route_table *table)
{
    free(table->routes);
    *table = (struct ipv6_route_table){0};
}

static void clear_host_bits(struct ipv6_route *route)
{
    assert(route->destination.version == 6 && route->prefix_length <= 128);
    for (unsigned bit = route->prefix_length; bit < 128; bit++)
        route->destination.octets[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* The position of the line that @route (host bits clear) names; table->count when there is none. */
static uint32_t position_of(const struct ipv6_route_table *table, const struct ipv6_route *route)
{
    uint32_t i = 0;
    for (; i < table->count; i++) {
        const struct ipv6_route *line = &table->routes[i];
        if (line->prefix_length == route->prefix_length && line->kind == route->kind &&
            line->interface == route->interface &&
            ip_address_equal(&line->destination, &route->destination) &&
            ip_address_equal(&line->gateway, &route->gateway))
            break;
    }
    return i;
}

static bool is_preferred(const struct ipv6_route *line, const struct ipv6_route *to)
{
    return line->prefix_length > to->prefix_length ||
           (line->prefix_length == to->prefix_length && line->metric <= to->metric);
}

enum status ipv6_route_add(struct ipv6_route_table *table, const struct ipv6_route *route)
{
    struct ipv6_route line = *route;
    clear_host_bits(&line);
    if (position_of(table, &line) < table->count)
        return STATUS_INVALID;
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity ? table->capacity * 2 : 4;
        struct ipv6_route *routes = realloc(table->routes, capacity * sizeof *routes);
        if (!routes)
            return STATUS_NO_MEMORY;
        table->routes = routes;
        table->capacity = capacity;
    }
    uint32_t position = table->count++;
    for (; position > 0 && !is_preferred(&table->routes[position - 1], &line); position--)
        table->routes[position] = table->routes[position - 1];
    table->routes[position] = line;
    return STATUS_OK;
}

static void remove_at(struct ipv6_route_table *table, uint32_t position)
{
    table->count--;
    memmove(&table->routes[position], &table->routes[position + 1],
            (table->count - position) * sizeof table->routes[0]);
}

enum status ipv6_route_remove(struct ipv6_route_table *table, const struct ipv6_route *route)
{
    struct ipv6_route line = *route;
    clear_host_bits(&line);
    uint32_t position = position_of(table, &line);
    if (position == table->count)
        return STATUS_NOT_FOUND;
    remove_at(table, position);
    return STATUS_OK;
}

size_t ipv6_route_remove_interface(struct ipv6_route_table *table, const void *interface)
{
    uint32_t before = table->count;
    for (uint32_t i = table->count; i-- > 0;)
        if (table->routes[i].interface == interface)
            remove_at(table, i);
    return before - table->count;
}

const struct ipv6_route *ipv6_route_lookup(const struct ipv6_route_table *table,
                                           const struct ip_address *destination)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct ipv6_route *route = &table->routes[i];
        if (ip_address_in_prefix(destination, &route->destination, route->prefix_length))
            return route;
    }
    return NULL;
}
