#include "nodes/rras_admin.h"

void rras_server_disconnect(struct rras_server *server, const char *user)
{
    for (struct rras_service *s = server->services; s; s = s->next)
        s->class->disconnect(s, user);
}

void rras_server_end_control(struct rras_server *server, bool reset)
{
    for (struct rras_service *s = server->services; s; s = s->next)
        if (s->class->end_control)
            s->class->end_control(s, reset);
}
