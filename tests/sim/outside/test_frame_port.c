#include "real_end.h"

#include <errno.h>
#include <stdio.h>

static uint8_t frame[FRAME_PORT_LONGEST];

static void a_frame_is_a_datagram(void **state)
{
    (void)state;
    struct frame_port port;
    int end = real_end_open(&port);
    size_t length = 1;
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_EMPTY);
    assert_int_equal(send(end, "first frame", 11, 0), 11);
    assert_int_equal(send(end, "", 0, 0), 0);
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_DONE);
    assert_int_equal(length, 11);
    assert_memory_equal(frame, "first frame", 11);
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_DONE);
    assert_int_equal(length, 0);
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_EMPTY);
    assert_int_equal(frame_port_send(&port, (const uint8_t *)"answer", 6), FRAME_PORT_DONE);
    char answer[16];
    assert_int_equal(recv(end, answer, sizeof answer, 0), 6);
    assert_memory_equal(answer, "answer", 6);
    frame_port_close(&port);
    close(end);
}

static void only_the_remote_address_is_listened_to(void **state)
{
    (void)state;
    struct frame_port port;
    uint16_t number;
    size_t length;
    int end = real_end_open(&port);
    int stranger = free_socket(&number);
    struct sockaddr_in there;
    socklen_t size = sizeof there;
    assert_int_equal(getpeername(end, (struct sockaddr *)&there, &size), 0);
    /* The kernel has no socket for it, as ours is connected. */
    (void)sendto(stranger, "intruder", 8, 0, (struct sockaddr *)&there, size);
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_EMPTY);
    frame_port_close(&port);
    close(end);
    close(stranger);
}

static void that_nobody_is_there_is_known_afterwards(void **state)
{
    (void)state;
    struct frame_port port;
    close(real_end_open(&port));
    assert_int_equal(frame_port_send(&port, frame, 60), FRAME_PORT_DONE);
    assert_int_equal(frame_port_send(&port, frame, 60), FRAME_PORT_NOBODY);
    assert_int_equal(frame_port_send(&port, frame, 60), FRAME_PORT_DONE);
    size_t length;
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_NOBODY);
    assert_int_equal(frame_port_receive(&port, frame, &length), FRAME_PORT_EMPTY);
    frame_port_close(&port);
}

static void a_frame_that_no_datagram_takes_is_refused(void **state)
{
    (void)state;
    struct frame_port port;
    int end = real_end_open(&port);
    assert_int_equal(frame_port_send(&port, frame, sizeof frame), FRAME_PORT_REFUSED);
    frame_port_close(&port);
    close(end);
}

static void a_port_in_use_is_told(void **state)
{
    (void)state;
    struct frame_port port;
    struct frame_port_address local = {.address = LOOPBACK};
    const struct frame_port_address remote = {LOOPBACK, 9};
    char error[256];
    char expected[256];
    int other = free_socket(&local.port);
    assert_int_equal(frame_port_open_udp(&port, &local, &remote, error, sizeof error), STATUS_IO);
    snprintf(expected, sizeof expected, "cannot use the UDP port 127.0.0.1:%u: %s", local.port,
             strerror(EADDRINUSE));
    assert_string_equal(error, expected);
    assert_int_equal(port.descriptor, -1);
    close(other);
}

static void an_address_of_another_machine_is_told(void **state)
{
    (void)state;
    struct frame_port port;
    const struct frame_port_address local = {UINT32_C(0xc0000201), 5001};
    char error[256];
    assert_int_equal(frame_port_open_udp(&port, &local, &local, error, sizeof error), STATUS_IO);
    assert_string_equal(error, "cannot use the UDP port 192.0.2.1:5001: Cannot assign requested "
                               "address");
}

static void a_device_that_does_not_exist_is_not_made(void **state)
{
    (void)state;
    struct frame_port port;
    char error[256];
    assert_int_equal(frame_port_open_tap(&port, "no-such-tap", NULL, error, sizeof error),
                     STATUS_IO);
    assert_string_equal(error, "there is no TAP device no-such-tap: No such device");
    assert_int_equal(
        frame_port_open_tap(&port, "tap0", "/nowhere/such-a-namespace", error, sizeof error),
        STATUS_IO);
    assert_string_equal(error, "cannot enter the network namespace /nowhere/such-a-namespace: No "
                               "such file or directory");
    assert_int_equal(port.descriptor, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_a_datagram),
        cmocka_unit_test(only_the_remote_address_is_listened_to),
        cmocka_unit_test(that_nobody_is_there_is_known_afterwards),
        cmocka_unit_test(a_frame_that_no_datagram_takes_is_refused),
        cmocka_unit_test(a_port_in_use_is_told),
        cmocka_unit_test(an_address_of_another_machine_is_told),
        cmocka_unit_test(a_device_that_does_not_exist_is_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
