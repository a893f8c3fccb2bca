// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/tty.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "base/buffer.h"
#include "tui/theme.h"
#include "tui/tty_restore.h"

#define ESCAPE_DELAY    25        // milliseconds that a lone Esc is waited for
#define DOUBLE_CLICK    400       // milliseconds between the two
#define CLIPBOARD_MOST  (1 << 20) // bytes; terminals take less, and drop what is too long
#define COLUMNS_DEFAULT 80
#define ROWS_DEFAULT    24

static SCREEN *terminal;
static struct grid drawn; // what the terminal shows
static bool unicode;
static struct {
    uint64_t time;
    size_t y, x;
} last_click;

// --- Opening and closing -------------------------------------------------------------------------

static void set_modes(void) {
    // Every key is ours: Ctrl-S saves, Ctrl-Z and Ctrl-C give the terminal back first.
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    curs_set(0);
    // Of what comes together, as over a slow line, curses makes clicks.
    mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED |
                  BUTTON5_PRESSED,
              NULL);
    mouseinterval(0);
}

int tty_open(bool no_color, struct error *err) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tty_restore_save() < 0)
        return error_set(err, -ENOTTY,
                         "standard input and output have to be a terminal; for files and pipes "
                         "there is --dump");
    const char *type = getenv("TERM");
    if (!type || !(terminal = newterm(NULL, stdout, stdin)))
        return error_set(err, -ENOTSUP, "unknown type of terminal: TERM is %s; there is --dump",
                         type ? type : "not set");
    if (!tty_restore_has("cup")) {
        tty_close();
        return error_set(err, -ENOTSUP,
                         "a terminal of type %s cannot place its cursor; there is --dump", type);
    }
    set_escdelay(ESCAPE_DELAY);
    unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    tty_restore_arm();
    set_modes();
    theme_init(no_color);
    return 0;
}

void tty_close(void) {
    if (!terminal)
        return;
    endwin();
    tty_restore_disarm();
    delscreen(terminal);
    terminal = NULL;
    grid_done(&drawn);
}

bool tty_has_unicode(void) {
    return unicode;
}

void tty_pause(void) {
    endwin();
    tty_restore_disarm();
}

void tty_resume(void) {
    tty_restore_arm();
    reset_prog_mode();
    set_modes();
    tty_redraw();
}

// --- Drawing -------------------------------------------------------------------------------------

int tty_resize(struct grid *grid) {
    struct winsize size = {0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    size_t rows = size.ws_row > 0 ? size.ws_row : ROWS_DEFAULT;
    size_t columns = size.ws_col > 0 ? size.ws_col : COLUMNS_DEFAULT;
    resizeterm((int)rows, (int)columns);
    tty_redraw();
    return grid_resize(grid, rows, columns);
}

void tty_redraw(void) {
    grid_done(&drawn);
    clearok(stdscr, TRUE);
}

static void draw_cell(const struct grid_cell *cell) {
    short pair;
    attr_t attributes = theme_attributes(cell->style, &pair);
    if (cell->width == 0)
        return; // the right half of the one before
    attr_set(attributes, pair, NULL);
    if (unicode || (unsigned char)cell->text[0] < 0x80)
        addstr(cell->text);
    else
        addstr(cell->width > 1 ? "??" : "?");
}

static void draw_row(const struct grid *grid, size_t y) {
    size_t size = grid->columns * sizeof(struct grid_cell);
    if (drawn.cells && memcmp(grid_at(grid, y, 0), grid_at(&drawn, y, 0), size) == 0)
        return;
    move((int)y, 0);
    for (size_t x = 0; x < grid->columns; x++)
        draw_cell(grid_at(grid, y, x));
    if (drawn.cells)
        memcpy(drawn.cells + y * grid->columns, grid_at(grid, y, 0), size);
}

void tty_draw(const struct grid *grid) {
    bool all = !drawn.cells || drawn.rows != grid->rows || drawn.columns != grid->columns;
    if (all) {
        grid_done(&drawn);
        erase();
    }
    for (size_t y = 0; y < grid->rows; y++)
        draw_row(grid, y);
    if (all && grid_resize(&drawn, grid->rows, grid->columns) == 0)
        memcpy(drawn.cells, grid->cells, grid->rows * grid->columns * sizeof(*grid->cells));
    curs_set(grid->cursor ? 1 : 0);
    if (grid->cursor)
        move((int)grid->cursor_y, (int)grid->cursor_x);
    refresh();
}

// --- Reading -------------------------------------------------------------------------------------

static uint32_t translate_key(wint_t key) {
    switch (key) {
    case KEY_UP:
        return INPUT_UP;
    case KEY_DOWN:
        return INPUT_DOWN;
    case KEY_LEFT:
        return INPUT_LEFT;
    case KEY_RIGHT:
        return INPUT_RIGHT;
    case KEY_PPAGE:
        return INPUT_PAGE_UP;
    case KEY_NPAGE:
        return INPUT_PAGE_DOWN;
    case KEY_HOME:
        return INPUT_HOME;
    case KEY_END:
        return INPUT_END;
    case KEY_DC:
        return INPUT_DELETE;
    case KEY_IC:
        return INPUT_INSERT;
    case KEY_BTAB:
        return INPUT_BACK_TAB;
    case KEY_BACKSPACE:
        return INPUT_BACKSPACE;
    case KEY_ENTER:
        return INPUT_ENTER;
    }
    if (key > (wint_t)KEY_F0 && key <= (wint_t)KEY_F(10))
        return INPUT_F1 + (key - KEY_F(1));
    return INPUT_UNKNOWN;
}

static bool read_mouse(uint64_t now, struct input *ret_input) {
    MEVENT event;
    if (getmouse(&event) != OK)
        return false;
    *ret_input = (struct input){.y = (size_t)event.y, .x = (size_t)event.x};
    if (event.bstate & BUTTON4_PRESSED) {
        ret_input->key = INPUT_WHEEL_UP;
    } else if (event.bstate & BUTTON5_PRESSED) {
        ret_input->key = INPUT_WHEEL_DOWN;
    } else if (event.bstate & BUTTON1_DOUBLE_CLICKED) {
        ret_input->key = INPUT_DOUBLE_CLICK;
    } else if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED)) {
        bool twice = last_click.time != 0 && now - last_click.time < DOUBLE_CLICK &&
                     last_click.y == ret_input->y && last_click.x == ret_input->x;
        ret_input->key = twice ? INPUT_DOUBLE_CLICK : INPUT_CLICK;
        last_click.time = twice ? 0 : now;
        last_click.y = ret_input->y;
        last_click.x = ret_input->x;
    } else {
        return false;
    }
    return true;
}

// Keys that terminals send in two ways are one here.
static uint32_t translate_character(wint_t c) {
    if (c == '\n')
        return INPUT_ENTER;
    return c == '\b' ? INPUT_BACKSPACE : c;
}

bool tty_read(uint64_t now, struct input *ret_input) {
    wint_t key;
    for (;;) {
        int kind = get_wch(&key);
        if (kind == ERR)
            return false;
        if (kind == KEY_CODE_YES && key == KEY_RESIZE)
            continue; // SIGWINCH tells that
        if (kind == KEY_CODE_YES && key == KEY_MOUSE) {
            if (read_mouse(now, ret_input))
                return true;
            continue;
        }
        *ret_input = (struct input){.key = kind == KEY_CODE_YES ? translate_key(key)
                                                                : translate_character(key)};
        return true;
    }
}

bool tty_is_gone(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int waiting = 0;
    if (poll(&input, 1, 0) < 1)
        return false;
    if (input.revents & (POLLHUP | POLLERR | POLLNVAL))
        return true;
    // Readable, and nothing there: the end of the file.
    return ioctl(STDIN_FILENO, FIONREAD, &waiting) < 0 || waiting == 0;
}

// --- The clipboard -------------------------------------------------------------------------------

static void put_base64(const char *text, size_t len, struct buffer *buffer) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t count = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)(uint8_t)text[i] << 16;
        if (count > 1)
            bits |= (uint32_t)(uint8_t)text[i + 1] << 8;
        if (count > 2)
            bits |= (uint8_t)text[i + 2];
        for (size_t digit = 0; digit < 4; digit++)
            buffer_putc(buffer, digit <= count ? digits[bits >> (18 - 6 * digit) & 0x3f] : '=');
    }
}

void tty_copy(const char *text, size_t len) {
    struct buffer buffer = BUFFER_INIT;
    if (len > CLIPBOARD_MOST)
        len = CLIPBOARD_MOST;
    buffer_puts(&buffer, "\033]52;c;");
    put_base64(text, len, &buffer);
    buffer_putc(&buffer, '\a');
    if (!buffer.failed) {
        fwrite(buffer.data, 1, buffer.len, stdout);
        fflush(stdout);
    }
    buffer_done(&buffer);
}
