#include "capture/key_log.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void lines_are_written_as_they_come(void **state)
{
    (void)state;
    char path[] = "/tmp/vpnsim-keys-XXXXXX";
    char text[64] = "";
    char error[256] = "";
    struct key_log *log = NULL;
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(key_log_open(path, &log, error, sizeof error), STATUS_OK);
    key_log_receive(log, "CLIENT_RANDOM 00 11");
    key_log_receive(log, "CLIENT_RANDOM 22 33");
    assert_int_equal(key_log_count(log), 2);
    assert_false(key_log_failed(log));
    assert_int_equal(key_log_close(log, error, sizeof error), STATUS_OK);
    assert_int_equal(read(descriptor, text, sizeof text - 1), 40);
    assert_string_equal(text, "CLIENT_RANDOM 00 11\nCLIENT_RANDOM 22 33\n");
    close(descriptor);
    unlink(path);
}

static void a_full_disk_is_reported_with_its_path(void **state)
{
    (void)state;
    char error[256] = "";
    struct key_log *log = NULL;
    assert_int_equal(key_log_open("/dev/full", &log, error, sizeof error), STATUS_OK);
    key_log_receive(log, "CLIENT_RANDOM 00 11");
    assert_int_equal(key_log_close(log, error, sizeof error), STATUS_IO);
    assert_string_equal(error, "/dev/full: No space left on device");
}

static void a_missing_folder_is_reported(void **state)
{
    (void)state;
    char error[256] = "";
    struct key_log *log = NULL;
    assert_int_equal(key_log_open("/nowhere/keys.log", &log, error, sizeof error), STATUS_IO);
    assert_null(log);
    assert_string_equal(error, "/nowhere/keys.log: No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_written_as_they_come),
        cmocka_unit_test(a_full_disk_is_reported_with_its_path),
        cmocka_unit_test(a_missing_folder_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
