/* The menu of columns: which ones the view on top shows, where, how wide. What is chosen shows at once and is remembered. */
#ifndef SPOOR_UI_COLUMN_MENU_H
#define SPOOR_UI_COLUMN_MENU_H

struct ui;

void column_menu(struct ui *u);

#endif
