#include "base/huge_page.h"

#include <stdint.h>
#include <sys/mman.h>

#ifdef MADV_HUGEPAGE

void *huge_page_take(void)
{
    /* Twice the room holds an aligned piece; what is in front of it and behind goes back. */
    uint8_t *room =
        mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return NULL;
    size_t front = (HUGE_PAGE - (uintptr_t)room % HUGE_PAGE) % HUGE_PAGE;
    if (front > 0)
        (void)munmap(room, front);
    (void)munmap(room + front + HUGE_PAGE, HUGE_PAGE - front);
    (void)madvise(room + front, HUGE_PAGE, MADV_HUGEPAGE);
    return room + front;
}

void huge_page_return(void *page)
{
    (void)munmap(page, HUGE_PAGE);
}

#else

void *huge_page_take(void)
{
    return NULL;
}

void huge_page_return(void *page)
{
    (void)page;
}

#endif
