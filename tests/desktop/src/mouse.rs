//! What a person does to the window with the mouse.

use std::time::Duration;

use fantoccini::actions::{
    InputSource, MOUSE_BUTTON_LEFT, MOUSE_BUTTON_RIGHT, MouseActions, PointerAction,
};

use crate::Window;

/// A place of the page, in CSS pixels.
type Place = (i64, i64);

fn to((x, y): Place) -> PointerAction {
    // Windows are far smaller than what a float holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let (x, y) = (x as f64, y as f64);
    PointerAction::MoveTo {
        duration: None,
        x,
        y,
    }
}

impl Window {
    /// Clicks at a place of the page, in CSS pixels.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn click_at(&self, x: i64, y: i64) {
        self.press_at((x, y), MOUSE_BUTTON_LEFT);
    }

    /// Clicks there with the right button.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn right_click_at(&self, x: i64, y: i64) {
        self.press_at((x, y), MOUSE_BUTTON_RIGHT);
    }

    /// Presses at one place, moves in steps to another, and lets go there.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn drag(&self, from: Place, until: Place) {
        const STEPS: i64 = 6;
        let mut mouse =
            MouseActions::new("mouse".to_owned())
                .then(to(from))
                .then(PointerAction::Down {
                    button: MOUSE_BUTTON_LEFT,
                });
        for step in 1..=STEPS {
            let on = |from: i64, until: i64| from + (until - from) * step / STEPS;
            mouse = mouse
                .then(to((on(from.0, until.0), on(from.1, until.1))))
                .then(PointerAction::Pause {
                    duration: Duration::from_millis(20),
                });
        }
        self.mouse(mouse.then(PointerAction::Up {
            button: MOUSE_BUTTON_LEFT,
        }));
    }

    /// Moves the mouse to a place of the page, in CSS pixels.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn move_mouse_to(&self, x: i64, y: i64) {
        self.mouse(MouseActions::new("mouse".to_owned()).then(to((x, y))));
    }

    /// Moves the mouse off whatever it was over, into the corner of the page.
    ///
    /// # Panics
    /// If the driver refuses.
    pub fn move_mouse_away(&self) {
        self.mouse(MouseActions::new("mouse".to_owned()).then(to((2, 2))));
    }

    fn press_at(&self, place: Place, button: u64) {
        let mouse = MouseActions::new("mouse".to_owned())
            .then(to(place))
            .then(PointerAction::Down { button })
            .then(PointerAction::Up { button });
        self.mouse(mouse);
    }

    fn mouse(&self, mouse: MouseActions) {
        self.ask(self.client.perform_actions(mouse))
            .expect("the mouse does it");
    }
}
