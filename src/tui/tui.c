// SPDX-License-Identifier: GPL-2.0-or-later
// The loop: keys, signals and data come in; the screen is drawn when something has changed.
#include "tui/tui.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <uv.h>

#include "tui/activity_thread.h"
#include "tui/file_job.h"
#include "tui/question_job.h"
#include "tui/reader_live.h"
#include "tui/screen.h"
#include "tui/trace_feed.h"
#include "tui/tty.h"
#include "tui/view_job.h"

#define PANEL_FIRST   "interfaces"
#define LARGE_BLOCK   (1024 * 1024) // bytes
#define DRAW_INTERVAL 50   // milliseconds between two drawings of data; keys are answered at once
#define ANSWER_WAIT   20   // milliseconds that an answer may take before it is said to be worked on
#define WHOLE_MOST    300  // rows of a namespace whose counters are all read
#define TICK          1000 // milliseconds between two drawings of what counts the time
#define SIGNALS       4

struct tui {
    const struct tui_options *options;
    uv_loop_t loop;
    uv_poll_t input;
    uv_signal_t signals[SIGNALS];
    uv_signal_t stop_signal;
    uv_timer_t draw_timer, change_timer, tick_timer;
    uv_idle_t search_idle;
    uv_async_t activity_news;
    struct node *node;
    struct reader reader;
    struct view_job *building; // under way; NULL: none
    bool build_again;          // when it is through
    struct trace_feed trace;
    struct screen screen;
    struct grid grid;
    uint64_t drawn_at; // milliseconds of the loop's clock
    bool data_changed; // since the view was built
    bool asked;        // a question, by the keys that were just typed
    bool closing;
    struct error error; // why it ends; code 0: its user quit
};

static const int signal_numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP, SIGWINCH};

static void quit(struct tui *tui);
static void take_signal(uv_signal_t *handle, int number);

// --- Rows that a worker works out ----------------------------------------------------------------

static void draw(struct tui *tui);
static void run_activities(struct tui *tui);
static void draw_later(uv_timer_t *timer);

static void end_build(struct view_job *job);

// Works out a large view's rows on a worker, one view at a time. What is about something else than
// what is asked for now ends soon.
static void build(struct tui *tui) {
    struct view *view = screen_view(&tui->screen);
    struct view_job *job = tui->building;
    tui->screen.effects.build = false;
    if (job && (job->view != view || job->task->query != view->query))
        view_job_cancel(job);
    tui->build_again = job;
    if (job)
        return;
    tui->building =
        view_job_start(&tui->loop, view, tui->node, screen_scope(&tui->screen), end_build, tui);
    if (!tui->building)
        screen_say(&tui->screen, STYLE_BAD, "no memory for these rows");
}

static void end_build(struct view_job *job) {
    struct tui *tui = job->owner;
    tui->building = NULL;
    if (tui->closing)
        return;
    screen_take_rows(&tui->screen, job->view, job->task);
    if (tui->build_again)
        build(tui);
    draw(tui);
}

// --- Drawing -------------------------------------------------------------------------------------

static void draw(struct tui *tui) {
    if (tui->closing)
        return;
    if (tui->data_changed)
        screen_update(&tui->screen);
    tui->data_changed = false;
    if (tui->screen.effects.build)
        build(tui);
    if (tui->screen.effects.activities)
        run_activities(tui);
    tui->screen.now = (int64_t)(uv_hrtime() / 1000);
    tui->screen.trouble = tui->reader.trouble.code ? tui->reader.trouble.text : NULL;
    screen_draw(&tui->screen, &tui->grid);
    tty_draw(&tui->grid);
    uv_update_time(&tui->loop);
    tui->drawn_at = uv_now(&tui->loop);
    // Of an activity times to live run down, and waiting takes longer and longer.
    if (tui->screen.mode == MODE_ACTIVITY)
        uv_timer_start(&tui->tick_timer, draw_later, TICK, 0);
    else
        uv_timer_stop(&tui->tick_timer);
}

static void send_wish(struct tui *tui) {
    const struct view *view = screen_view(&tui->screen);
    const struct panel_activity *activity =
        tui->screen.mode == MODE_ACTIVITY ? view->panel->activity : NULL;
    struct reader_wish wish = {.kind = view->spec->kind,
                               .needs = activity ? activity->needs : view->panel->needs,
                               .need_count =
                                   activity ? activity->need_count : view->panel->need_count,
                               .netns = screen_scope(&tui->screen),
                               .others = activity                    ? activity->needs_others
                                         : view->panel->needs_others ? UINT32_MAX
                                                                     : 0};
    // Until the namespaces are known nothing can be read.
    if (tui->node->namespaces)
        reader_set_wish(&tui->reader, &wish);
}

// What is asked for when the view was built has to be read and worked out.
static void draw_and_wish(struct tui *tui) {
    uv_timer_stop(&tui->draw_timer);
    draw(tui);
    if (tui->screen.effects.scope)
        send_wish(tui);
    tui->screen.effects.scope = false;
}

static void draw_later(uv_timer_t *timer) {
    draw_and_wish(timer->data);
}

// Most answers come sooner than the eye: one drawing then shows question and answer.
static void draw_with_answer(struct tui *tui) {
    tui->asked = false;
    uv_timer_start(&tui->draw_timer, draw_later, ANSWER_WAIT, 0);
}

// However fast data comes, the screen takes its time.
static void request_draw(struct tui *tui) {
    uint64_t now = uv_now(&tui->loop), due = tui->drawn_at + DRAW_INTERVAL;
    if (!uv_is_active((uv_handle_t *)&tui->draw_timer))
        uv_timer_start(&tui->draw_timer, draw_later, due > now ? due - now : 0, 0);
}

// --- Data ----------------------------------------------------------------------------------------

static void note_time(struct tui *tui) {
    time_t now = time(NULL);
    struct tm broken;
    if (localtime_r(&now, &broken))
        strftime(tui->screen.changed_at, sizeof(tui->screen.changed_at), "%H:%M:%S", &broken);
}

static void data_changed(bool data, void *user_data) {
    struct tui *tui = user_data;
    const struct view *view = screen_view(&tui->screen);
    if (data)
        note_time(tui);
    if (data)
        trace_feed_update(&tui->trace);
    tui->data_changed |= data || view_depends_on_rates(view);
    tui->screen.side.stale = true;
    request_draw(tui);
}

static void forget_changes(uv_timer_t *timer) {
    struct tui *tui = timer->data;
    if (change_log_expire(&tui->screen.changes, uv_now(&tui->loop)))
        uv_timer_start(timer, forget_changes, CHANGES_KEPT / 5, 0);
    request_draw(tui);
}

static void take_changes(uint64_t netns, enum kind_id kind, struct changes *changes,
                         void *user_data) {
    struct tui *tui = user_data;
    change_log_add(&tui->screen.changes, netns, kind, changes, uv_now(&tui->loop));
    if (tui->screen.changes.count > 0 && !uv_is_active((uv_handle_t *)&tui->change_timer))
        uv_timer_start(&tui->change_timer, forget_changes, CHANGES_KEPT, 0);
}

static void want_row(struct reader_rows *wanted, struct row_id id) {
    if (wanted->count == wanted->capacity) {
        size_t capacity = wanted->capacity ? wanted->capacity * 2 : 64;
        void *grown = reallocarray(wanted->rows, capacity, sizeof(*wanted->rows));
        if (!grown)
            return;
        wanted->rows = grown;
        wanted->capacity = capacity;
    }
    wanted->rows[wanted->count++] = id;
}

// Whether all counters of the namespace are read at once: where that is one question, and before
// the rows are there nobody knows how many there are.
static bool wants_whole(const struct screen *screen, const struct view *view) {
    const struct source *source = source_of(view->spec->kind);
    return !screen->all && !view->tree && view->loaded && view->total <= WHOLE_MOST &&
           !reader_is_live(view->spec->kind) && !source->samples_apart;
}

// The counters of what is shown: all of a namespace that is not large, else the rows on the screen;
// all rows where their order depends on it.
static void want_shown(struct reader_rows *wanted, struct screen *screen) {
    const struct view *view = screen_view(screen);
    bool few = view->count <= VIEW_AT_ONCE && view_depends_on_rates(view);
    if (wants_whole(screen, view)) {
        wanted->whole_netns = screen->netns;
        return;
    }
    size_t first = few ? 0 : view->top;
    size_t end = few ? view->count : view->top + view->height;
    if (screen->mode == MODE_DETAIL) {
        want_row(wanted, screen->detail_row);
        return;
    }
    for (size_t i = first; i < end && i < view->count; i++) {
        struct row_ref ref = view_row(view, i);
        want_row(wanted, view_row_id(view, &ref));
    }
}

// What the list beside the table has counters of is few.
static void fill_wanted(struct reader_rows *wanted, bool shown, void *user_data) {
    struct tui *tui = user_data;
    struct screen *screen = &tui->screen;
    const struct panel_side *side = screen_panel(screen)->side;
    if (shown)
        want_shown(wanted, screen);
    if (side && side->counts && screen->side.width > 0 &&
        !(wanted->whole_netns && screen_view(screen)->spec->kind == *side->counts)) {
        wanted->also = *side->counts;
        wanted->also_netns = screen->netns;
    }
}

static void take_named(uint64_t netns, const struct error *err, void *user_data) {
    struct tui *tui = user_data;
    if (err->code != 0) {
        tui->error = *err;
        quit(tui);
        return;
    }
    screen_show(&tui->screen, NULL, NULL, netns, false);
}

// --- The trace -----------------------------------------------------------------------------------

static void tell_trace(struct tui *tui) {
    screen_take_trace(&tui->screen, &tui->trace.state, trace_feed_is_on(&tui->trace),
                      &tui->trace.error);
}

static void trace_changed(void *user_data) {
    struct tui *tui = user_data;
    if (tui->closing)
        return;
    tell_trace(tui);
    data_changed(true, tui);
}

static void start_trace(struct tui *tui) {
    struct trace_order *order = tui->screen.trace.order;
    tui->screen.trace.order = NULL;
    trace_feed_start(&tui->trace, order, screen_scope(&tui->screen));
}

// --- Activities ----------------------------------------------------------------------------------

static void take_news(uv_async_t *async) {
    struct tui *tui = async->data;
    struct activities *activities = &tui->screen.activities;
    for (size_t i = 0; i < activities->count; i++) {
        if (activity_thread_join(activities->items[i], false))
            screen_end_activity(&tui->screen, activities->items[i]);
    }
    activities->changed = tui->data_changed = true;
    request_draw(tui);
}

// Starts those that are new, and has those end that were told to.
static void run_activities(struct tui *tui) {
    struct activities *activities = &tui->screen.activities;
    for (size_t i = 0; i < activities->count; i++) {
        struct activity *activity = activities->items[i];
        int r = activity->stage == ACTIVITY_NEW
                    ? activity_thread_start(activity, &tui->activity_news)
                    : 0;
        if (r < 0)
            screen_say(&tui->screen, STYLE_BAD, "a thread: %s", strerror(-r));
        activity_thread_stop(activity);
    }
    tui->screen.effects.activities = false;
}

// Nothing that they wait for takes long to give up.
static void end_activities(struct tui *tui) {
    struct activities *activities = &tui->screen.activities;
    for (size_t i = 0; i < activities->count; i++) {
        activities->items[i]->stopping = true;
        activity_thread_stop(activities->items[i]);
    }
    for (size_t i = 0; i < activities->count; i++)
        activity_thread_join(activities->items[i], true);
}

// --- Files ---------------------------------------------------------------------------------------

static void end_file(const struct file_job *job) {
    struct tui *tui = job->owner;
    if (tui->closing)
        return;
    if (job->error.code == -EEXIST)
        screen_ask_overwrite(&tui->screen);
    else if (job->error.code != 0)
        screen_say(&tui->screen, STYLE_BAD, "%s", job->error.text);
    else
        screen_say(&tui->screen, STYLE_GOOD, "saved %zu bytes to %s", job->written, job->name);
    draw(tui);
}

static void save_file(struct tui *tui, bool overwrite) {
    struct screen *screen = &tui->screen;
    int r = file_job_start(&tui->loop, screen->file_name, &screen->file, screen->file_rows,
                           overwrite, end_file, tui);
    screen->file_rows = NULL;
    if (r < 0)
        screen_say(screen, STYLE_BAD, "%s: %s", screen->file_name, strerror(-r));
}

// --- Questions -----------------------------------------------------------------------------------

static bool take_answer(struct question_job *job, void *user_data) {
    struct tui *tui = user_data;
    if (tui->closing)
        return false;
    bool go_on = screen_take_answer(&tui->screen, job->number, &job->lines, &job->error);
    draw_and_wish(tui);
    return go_on;
}

static void take_kernel(struct question_job *job, void *user_data) {
    struct tui *tui = user_data;
    if (tui->closing)
        return;
    screen_take_kernel(&tui->screen, job->number, &job->lines, job->differs);
    draw(tui);
}

static void answer_question(struct tui *tui) {
    const struct screen_question *question = &tui->screen.question;
    const struct question_callbacks callbacks = {take_answer, take_kernel, tui};
    int r = question_job_start(&tui->loop, question->asked, question->number, tui->node,
                               question->netns, question->typed, &callbacks);
    tui->asked = r == 0;
    struct error err;
    if (r < 0) {
        error_set_errno(&err, r, "the answer");
        screen_take_answer(&tui->screen, question->number, NULL, &err);
    }
}

// That it cannot be prepared is no error: then the answer takes longer.
static void prepare_question(struct tui *tui) {
    const struct screen_question *question = &tui->screen.question;
    question_prepare_start(&tui->loop, question->asked, tui->node, question->netns);
}

// --- Keys ----------------------------------------------------------------------------------------

// Stops as a program does that the terminal stops: whoever waits in the shell has it then.
static void suspend(struct tui *tui) {
    tty_pause();
    uv_signal_stop(&tui->stop_signal);
    kill(0, SIGTSTP);
    uv_signal_start(&tui->stop_signal, take_signal, SIGTSTP);
    tty_resume();
    tty_resize(&tui->grid);
}

static void search_on(uv_idle_t *idle);

static void set_paused(struct tui *tui, bool paused) {
    reader_set_paused(&tui->reader, paused);
    trace_feed_set_paused(&tui->trace, paused);
}

static void act(struct tui *tui) {
    struct screen_effects effects = tui->screen.effects;
    tui->screen.effects = (struct screen_effects){0};
    if (effects.quit)
        quit(tui);
    if (tui->closing)
        return;
    if (effects.suspend)
        suspend(tui);
    if (effects.redraw)
        tty_redraw();
    if (effects.interval)
        reader_set_interval(&tui->reader, tui->screen.interval);
    if (effects.pause)
        set_paused(tui, tui->screen.paused);
    if (effects.copy)
        tty_copy(buffer_text(&tui->screen.clipboard), tui->screen.clipboard.len);
    if (effects.save)
        save_file(tui, effects.overwrite);
    if (effects.build)
        build(tui);
    if (effects.search)
        uv_idle_start(&tui->search_idle, search_on);
    if (effects.trace)
        start_trace(tui);
    if (effects.trace_stop)
        trace_feed_stop(&tui->trace);
    if (effects.prepare)
        prepare_question(tui);
    if (effects.ask)
        answer_question(tui);
    if (effects.activities)
        run_activities(tui);
    if (effects.scope)
        send_wish(tui);
}

static void read_input(uv_poll_t *poll, int status, int events) {
    struct tui *tui = poll->data;
    struct input input;
    bool any = false;
    (void)events;
    while (!tui->closing && tty_read(uv_now(&tui->loop), &input)) {
        any = true;
        screen_input(&tui->screen, &input);
        act(tui);
    }
    if (tui->closing)
        return;
    if (any && tui->asked) {
        draw_with_answer(tui);
    } else if (any) {
        draw_and_wish(tui);
    } else if (status < 0 || tty_is_gone()) {
        quit(tui);
    }
}

// Between keys and data, until it is through.
static void search_on(uv_idle_t *idle) {
    struct tui *tui = idle->data;
    tui->screen.effects.search = false;
    screen_search_on(&tui->screen);
    if (tui->screen.effects.search)
        return;
    uv_idle_stop(idle);
    draw_and_wish(tui);
}

// --- Signals -------------------------------------------------------------------------------------

static void take_signal(uv_signal_t *handle, int number) {
    struct tui *tui = handle->data;
    switch (number) {
    case SIGWINCH:
        if (tty_resize(&tui->grid) == 0)
            draw(tui);
        return;
    case SIGTSTP:
        suspend(tui);
        draw(tui);
        return;
    default:
        quit(tui);
    }
}

static int listen_to_signals(struct tui *tui) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < SIGNALS; i++) {
        r = uv_signal_init(&tui->loop, &tui->signals[i]);
        tui->signals[i].data = tui;
        if (r == 0)
            r = uv_signal_start(&tui->signals[i], take_signal, signal_numbers[i]);
    }
    if (r == 0)
        r = uv_signal_init(&tui->loop, &tui->stop_signal);
    tui->stop_signal.data = tui;
    if (r == 0)
        r = uv_signal_start(&tui->stop_signal, take_signal, SIGTSTP);
    return r;
}

// --- Beginning and ending ------------------------------------------------------------------------

static void close_handle(uv_handle_t *handle, void *unused) {
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

// The terminal is given back at once; the loop ends when the workers are through.
static void quit(struct tui *tui) {
    if (tui->closing)
        return;
    tui->closing = true;
    tty_close();
    end_activities(tui);
    reader_close(&tui->reader);
    trace_feed_close(&tui->trace);
    if (tui->building)
        view_job_cancel(tui->building);
    uv_walk(&tui->loop, close_handle, NULL);
}

// libuv would leave the terminal without blocking, for the shell and for what we write as well.
static int poll_input(struct tui *tui) {
    int flags = fcntl(STDIN_FILENO, F_GETFL);
    int r = uv_poll_init(&tui->loop, &tui->input, STDIN_FILENO);
    fcntl(STDIN_FILENO, F_SETFL, flags);
    tui->input.data = tui;
    return r;
}

static int start_loop(struct tui *tui, struct error *err) {
    struct reader_callbacks callbacks = {.changed = data_changed,
                                         .compared = take_changes,
                                         .want = fill_wanted,
                                         .named = take_named,
                                         .user_data = tui};
    int r = poll_input(tui);
    if (r == 0)
        r = uv_timer_init(&tui->loop, &tui->draw_timer);
    tui->draw_timer.data = tui->change_timer.data = tui->tick_timer.data = tui;
    tui->activity_news.data = tui->search_idle.data = tui;
    if (r == 0)
        r = uv_idle_init(&tui->loop, &tui->search_idle);
    if (r == 0)
        r = uv_timer_init(&tui->loop, &tui->change_timer);
    if (r == 0)
        r = uv_timer_init(&tui->loop, &tui->tick_timer);
    if (r == 0)
        r = uv_async_init(&tui->loop, &tui->activity_news, take_news);
    if (r == 0)
        r = listen_to_signals(tui);
    if (r == 0)
        r = uv_poll_start(&tui->input, UV_READABLE | UV_DISCONNECT, read_input);
    if (r < 0)
        return error_set_errno(err, r, "the loop");
    return reader_open(&tui->reader, &tui->loop, tui->node, tui->options->netns, &callbacks, err);
}

static int start_screen(struct tui *tui, const struct panel *const *panels, struct error *err) {
    const struct tui_options *options = tui->options;
    const struct glyphs *glyphs = tty_has_unicode() ? &glyphs_unicode : &glyphs_ascii;
    tui->node = node_new();
    int r = tui->node ? screen_init(&tui->screen, panels, tui->node, glyphs) : -ENOMEM;
    if (r == 0)
        r = tty_resize(&tui->grid);
    if (r < 0)
        return error_set_errno(err, r, "starting");
    trace_feed_init(&tui->trace, &tui->loop, tui->node, trace_changed, tui);
    tui->screen.interval = options->interval;
    screen_show(&tui->screen, options->panel ? options->panel : PANEL_FIRST, options->view, 0,
                options->all_netns);
    return 0;
}

static bool is_colour_unwanted(const struct tui_options *options) {
    const char *no_color = getenv("NO_COLOR"); // https://no-color.org
    return options->no_color || (no_color && no_color[0] != '\0');
}

static int run(struct tui *tui, const struct panel *const *panels, struct error *err) {
    int r = start_screen(tui, panels, err);
    if (r < 0)
        return r;
    r = start_loop(tui, err);
    if (r < 0)
        return r;
    draw(tui);
    reader_set_interval(&tui->reader, tui->options->interval);
    uv_run(&tui->loop, UV_RUN_DEFAULT);
    reader_done(&tui->reader);
    trace_feed_done(&tui->trace);
    if (tui->error.code != 0 && err)
        *err = tui->error;
    return tui->error.code;
}

// What workers need for a million rows goes back to the system when they are through. By itself,
// glibc would keep it for each of them, once large blocks were freed (mallopt(3),
// M_MMAP_THRESHOLD).
static void give_memory_back(void) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

int tui_run(const struct tui_options *options, const struct panel *const *panels,
            struct error *err) {
    struct tui tui = {.options = options};
    give_memory_back();
    int r = tty_open(is_colour_unwanted(options), err);
    if (r < 0)
        return r;
    r = uv_loop_init(&tui.loop);
    if (r == 0) {
        r = run(&tui, panels, err);
        uv_loop_close(&tui.loop);
    }
    tty_close();
    if (tui.node)
        screen_done(&tui.screen);
    grid_done(&tui.grid);
    node_free(tui.node);
    return r;
}
