// SPDX-License-Identifier: GPL-2.0-or-later
// "Which route?": the question of the panel of routes.
#ifndef PANELS_ROUTE_QUESTION_H
#define PANELS_ROUTE_QUESTION_H

#include "tui/panel.h"

extern const struct panel_question route_questions[];

#endif
