#include "cli/output.h"
#include "folder.h"

static char error[300];

/* Opens the output "NAME" below the folder "out" with the files given, and writes them. */
static struct cli_output write_output(const char *name, const char *const *files, size_t count)
{
    struct cli_output output;
    assert_int_equal(cli_output_open(&output, inside("out"), name, error, sizeof error), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(cli_output_add(&output, files[i]), STATUS_OK);
    assert_int_equal(cli_output_list(&output, error, sizeof error), STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        char *path = cli_output_path(&output, i);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(files[i], file);
        fclose(file);
        free(path);
        assert_int_equal(cli_output_opened(&output, i), STATUS_OK);
    }
    return output;
}

static const char *const first_files[] = {"captures/a.pcap", "captures/b.pcap", "events.jsonl"};
static const char *const second_files[] = {"captures/a.pcap", "events.jsonl"};

static void a_new_run_removes_exactly_what_the_former_one_wrote(void **state)
{
    (void)state;
    struct cli_output output = write_output("x", first_files, 3);
    cli_output_close(&output);
    write_file("out/x/captures/mine.pcap", "precious");
    assert_true(exists("out/x/captures/b.pcap"));
    output = write_output("x", second_files, 2);
    cli_output_close(&output);
    assert_false(exists("out/x/captures/b.pcap"));
    assert_true(exists("out/x/captures/a.pcap"));
    assert_true(exists("out/x/events.jsonl"));
    assert_true(exists("out/x/captures/mine.pcap"));
}

static void a_list_cannot_lead_out_of_the_folder(void **state)
{
    (void)state;
    struct cli_output output = write_output("x", second_files, 2);
    cli_output_close(&output);
    write_file("precious", "");
    char lines[300];
    snprintf(lines, sizeof lines, "../../precious\n%s\n\ncaptures\n", inside("precious"));
    write_file("out/x/.vpnsim-files", lines);
    output = write_output("x", second_files, 2);
    cli_output_close(&output);
    assert_true(exists("precious"));
}

static void a_discarded_output_leaves_nothing_behind(void **state)
{
    (void)state;
    struct cli_output output = write_output("x", first_files, 3);
    cli_output_discard(&output);
    assert_false(exists("out"));
}

static void the_folders_of_announced_files_come_and_go(void **state)
{
    (void)state;
    static const char *const files[] = {"events.jsonl", "wireshark/keys.log"};
    struct cli_output output = write_output("x", files, 2);
    assert_true(exists("out/x/wireshark/keys.log"));
    cli_output_discard(&output);
    assert_false(exists("out"));
}

static void discarding_leaves_what_was_there_before(void **state)
{
    (void)state;
    make_subfolder("out");
    make_subfolder("out/x");
    write_file("out/x/mine", "precious");
    struct cli_output output = write_output("x", first_files, 3);
    cli_output_discard(&output);
    assert_true(exists("out/x/mine"));
    assert_false(exists("out/x/captures"));
    assert_false(exists("out/x/.vpnsim-files"));
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    (void)state;
    write_file("out", "a file");
    struct cli_output output;
    char expected[300];
    snprintf(expected, sizeof expected, "%s: Not a directory", inside("out"));
    assert_int_equal(cli_output_open(&output, inside("out"), "x", error, sizeof error), STATUS_IO);
    assert_string_equal(error, expected);
}

static void a_failed_start_removes_the_folders_it_made(void **state)
{
    (void)state;
    make_subfolder("out");
    make_subfolder("out/x");
    write_file("out/x/captures", "a file");
    struct cli_output output;
    assert_int_equal(cli_output_open(&output, inside("out"), "x", error, sizeof error), STATUS_IO);
    assert_true(exists("out/x/captures"));
    assert_int_equal(cli_output_open(&output, inside("new"), "../out/x", error, sizeof error),
                     STATUS_IO);
    assert_false(exists("new"));
}

static void capture_points_have_different_file_names(void **state)
{
    (void)state;
    const char *const cases[][2] = {
        {"link:access", "captures/link-access.pcap"},
        {"client/ppp", "captures/client-ppp.pcap"},
        {"client:ppp", "captures/client-ppp-2.pcap"},
        {"client-ppp", "captures/client-ppp-3.pcap"},
        {"a b\n\"$x", "captures/a-b---x.pcap"},
        {"vpn_server.1:lan", "captures/vpn_server.1-lan.pcap"},
    };
    struct cli_output output = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *name = cli_output_capture_name(&output, cases[i][0]);
        assert_string_equal(name, cases[i][1]);
        assert_int_equal(cli_output_add(&output, name), STATUS_OK);
        free(name);
    }
    cli_output_close(&output);
}

static void outputs_are_compared_octet_by_octet(void **state)
{
    (void)state;
    struct cli_output a = write_output("a", first_files, 3);
    struct cli_output b = write_output("b", first_files, 3);
    size_t different;
    assert_int_equal(cli_output_compare(&a, &b, &different, error, sizeof error), STATUS_OK);
    assert_int_equal(different, 3);
    write_file("out/b/captures/b.pcap", "captures/b.pcap and more");
    assert_int_equal(cli_output_compare(&a, &b, &different, error, sizeof error), STATUS_OK);
    assert_int_equal(different, 1);
    write_file("out/b/captures/b.pcap", "captures/B.pcap");
    assert_int_equal(cli_output_compare(&a, &b, &different, error, sizeof error), STATUS_OK);
    assert_int_equal(different, 1);
    unlink(inside("out/b/captures/b.pcap"));
    assert_int_equal(cli_output_compare(&a, &b, &different, error, sizeof error), STATUS_IO);
    char expected[300];
    snprintf(expected, sizeof expected, "%s: No such file or directory",
             inside("out/b/captures/b.pcap"));
    assert_string_equal(error, expected);
    cli_output_close(&a);
    cli_output_close(&b);
}

static void files_that_differ_far_behind_are_different(void **state)
{
    (void)state;
    const char *const files[] = {"events.jsonl"};
    struct cli_output a = write_output("a", files, 1);
    struct cli_output b = write_output("b", files, 1);
    static char text[200001];
    memset(text, 'x', sizeof text - 1);
    write_file("out/a/events.jsonl", text);
    size_t different;
    write_file("out/b/events.jsonl", text);
    assert_int_equal(cli_output_compare(&a, &b, &different, error, sizeof error), STATUS_OK);
    assert_int_equal(different, 1);
    text[199999] = 'y';
    write_file("out/b/events.jsonl", text);
    assert_int_equal(cli_output_compare(&a, &b, &different, error, sizeof error), STATUS_OK);
    assert_int_equal(different, 0);
    cli_output_close(&a);
    cli_output_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_new_run_removes_exactly_what_the_former_one_wrote),
        IN_FOLDER(a_list_cannot_lead_out_of_the_folder),
        IN_FOLDER(a_discarded_output_leaves_nothing_behind),
        IN_FOLDER(the_folders_of_announced_files_come_and_go),
        IN_FOLDER(discarding_leaves_what_was_there_before),
        IN_FOLDER(a_folder_that_cannot_be_made_is_named),
        IN_FOLDER(a_failed_start_removes_the_folders_it_made),
        cmocka_unit_test(capture_points_have_different_file_names),
        IN_FOLDER(outputs_are_compared_octet_by_octet),
        IN_FOLDER(files_that_differ_far_behind_are_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
