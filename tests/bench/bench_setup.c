#include "bench.h"
#include "bench_openssl.h"
#include "bench_vpn.h"

#include <stdio.h>

#define CLIENTS 1000

/*
 * What it costs to set calls up, both ends together: TCP, control connection, call, LCP, MS-CHAP
 * v2, CCP with MPPE-128, IPCP, and the interfaces and routes. The share of OpenSSL is found by
 * recording its calls in one run and making them again by themselves.
 */
void bench_setup(struct bench *bench)
{
    struct bench_vpn recorded;
    bench_openssl_record();
    bench_vpn_init(&recorded, CLIENTS, true);
    size_t calls = bench_openssl_stop();
    double rates[BENCH_RUNS];
    double shares[BENCH_RUNS];
    double microseconds[BENCH_RUNS];
    for (int i = 0; i < BENCH_RUNS; i++) {
        struct bench_vpn vpn;
        double openssl = bench_openssl_replay();
        bench_vpn_init(&vpn, CLIENTS, true);
        rates[i] = 1e9 * CLIENTS / (double)vpn.dialling_ns;
        shares[i] = 100 * openssl / (double)vpn.dialling_ns;
        microseconds[i] = openssl / 1000 / CLIENTS;
        bench_vpn_destroy(&vpn);
    }
    bench_row(bench, "PPP over PPTP set up, from TCP's SYN to IPCP: clients", bench_median(rates),
              "a CPU second", BENCH_FOR_INFORMATION, 0);
    bench_row(bench, "its share in OpenSSL: the same calls by themselves", bench_median(shares),
              "%", BENCH_FOR_INFORMATION, 0);
    char name[80];
    snprintf(name, sizeof name, "OpenSSL for one client and its server: %.0f calls",
             (double)calls / CLIENTS);
    bench_row(bench, name, bench_median(microseconds), "us", BENCH_FOR_INFORMATION, 0);
    bench_openssl_forget();
    bench_vpn_destroy(&recorded);
}
