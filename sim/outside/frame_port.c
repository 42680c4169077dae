#define _GNU_SOURCE /* setns() */
#include "outside/frame_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel keeps of frames until they are read: a burst of about a thousand. */
#define SOCKET_BUFFER (4 * 1024 * 1024)

static enum status refuse(struct frame_port *port, char *error, size_t error_size, const char *what,
                          const char *name)
{
    snprintf(error, error_size, "%s %s: %s", what, name, strerror(errno));
    frame_port_close(port);
    return STATUS_IO;
}

/* ---- UDP ---- */

static struct sockaddr_in socket_address(const struct frame_port_address *address)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons(address->port),
                                .sin_addr.s_addr = htonl(address->address)};
}

/* As root beyond the limit of the system, otherwise up to it. */
static void enlarge_buffer(int descriptor, int forced, int option)
{
    int size = SOCKET_BUFFER;
    if (setsockopt(descriptor, SOL_SOCKET, forced, &size, sizeof size) != 0)
        (void)setsockopt(descriptor, SOL_SOCKET, option, &size, sizeof size);
}

enum status frame_port_open_udp(struct frame_port *port, const struct frame_port_address *local,
                                const struct frame_port_address *remote, char *error,
                                size_t error_size)
{
    char address[IPV4_TEXT_SIZE];
    char text[IPV4_TEXT_SIZE + 8];
    *port = (struct frame_port){.descriptor = -1};
    struct sockaddr_in here = socket_address(local);
    struct sockaddr_in there = socket_address(remote);
    snprintf(text, sizeof text, "%s:%u", ipv4_format(local->address, address), local->port);
    port->descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (port->descriptor < 0 ||
        bind(port->descriptor, (const struct sockaddr *)&here, sizeof here) != 0)
        return refuse(port, error, error_size, "cannot use the UDP port", text);
    snprintf(text, sizeof text, "%s:%u", ipv4_format(remote->address, address), remote->port);
    if (connect(port->descriptor, (const struct sockaddr *)&there, sizeof there) != 0)
        return refuse(port, error, error_size, "cannot send to", text);
    enlarge_buffer(port->descriptor, SO_RCVBUFFORCE, SO_RCVBUF);
    enlarge_buffer(port->descriptor, SO_SNDBUFFORCE, SO_SNDBUF);
    return STATUS_OK;
}

/* ---- TAP ---- */

/* Opens what stands for a network namespace. */
static int open_name_space(const char *name)
{
    char path[512];
    const char *folder = strchr(name, '/') ? "" : "/run/netns/";
    int length = snprintf(path, sizeof path, "%s%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Opens the device in the namespace that the process is in. */
static enum status open_device(struct frame_port *port, const char *device, char *error,
                               size_t error_size)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    size_t length = strlen(device);
    if (length >= sizeof request.ifr_name) {
        errno = ENAMETOOLONG;
        return refuse(port, error, error_size, "cannot use the TAP device", device);
    }
    memcpy(request.ifr_name, device, length + 1);
    /* Otherwise TUNSETIFF would make one, which would be gone with this process. */
    if (if_nametoindex(device) == 0)
        return refuse(port, error, error_size, "there is no TAP device", device);
    port->descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (port->descriptor < 0)
        return refuse(port, error, error_size, "cannot open", "/dev/net/tun");
    if (ioctl(port->descriptor, TUNSETIFF, &request) != 0)
        return refuse(port, error, error_size, "cannot use the TAP device", device);
    return STATUS_OK;
}

enum status frame_port_open_tap(struct frame_port *port, const char *device, const char *name_space,
                                char *error, size_t error_size)
{
    *port = (struct frame_port){.descriptor = -1, .is_device = true};
    if (!name_space)
        return open_device(port, device, error, error_size);
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int abroad = home < 0 ? -1 : open_name_space(name_space);
    enum status status = STATUS_IO;
    if (abroad < 0 || setns(abroad, CLONE_NEWNET) != 0) {
        refuse(port, error, error_size, "cannot enter the network namespace", name_space);
    } else {
        status = open_device(port, device, error, error_size);
        if (setns(home, CLONE_NEWNET) != 0)
            status =
                refuse(port, error, error_size, "cannot leave the network namespace", name_space);
    }
    if (abroad >= 0)
        close(abroad);
    if (home >= 0)
        close(home);
    return status;
}

/* ---- Frames ---- */

static enum frame_port_result why_not(int number)
{
    switch (number) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
        return FRAME_PORT_FULL;
    case ECONNREFUSED:
        return FRAME_PORT_NOBODY;
    case EIO:
        return FRAME_PORT_DOWN;
    case EBADFD:
    case ENODEV:
        return FRAME_PORT_LOST;
    default:
        return FRAME_PORT_REFUSED;
    }
}

enum frame_port_result frame_port_send(const struct frame_port *port, const uint8_t *frame,
                                       size_t length)
{
    ssize_t sent = write(port->descriptor, frame, length);
    return sent >= 0 ? FRAME_PORT_DONE : why_not(errno);
}

enum frame_port_result frame_port_receive(const struct frame_port *port, uint8_t *frame,
                                          size_t *length)
{
    ssize_t received = read(port->descriptor, frame, FRAME_PORT_LONGEST);
    if (received >= 0) {
        *length = (size_t)received;
        return FRAME_PORT_DONE;
    }
    enum frame_port_result result = why_not(errno);
    return result == FRAME_PORT_LOST || result == FRAME_PORT_NOBODY ? result : FRAME_PORT_EMPTY;
}

void frame_port_close(struct frame_port *port)
{
    if (port->descriptor >= 0)
        close(port->descriptor);
    port->descriptor = -1;
}
