"""Commands to the hotline itself: repeat, slower, start over, a person, goodbye."""

from __future__ import annotations

from dialogue import digressions, progress, repair, tasks, telling, unheard
from dialogue.acts import Pace
from dialogue.question import Topic
from dialogue.reply import Reply


def obey(reply: Reply, name: str) -> None:
    """Do what an intent of `dialogue.domain.CONTROLS` wants."""
    reply.decided(f"control:{name}")
    match name:
        case "person":
            repair.person_wanted(reply)
        case "repeat":
            repair.repeat(reply)
        case "slower" | "faster":
            pace = Pace.SLOW if name == "slower" else Pace.NORMAL
            reply.change(pace=pace)
            reply.say_prompt(name)
            reply.replay(reply.state.spoken)
        case "go_on":
            if reply.state.unheard:
                unheard.resume(reply)
            elif telling.unfinished(reply.state):
                digressions.go_on_telling(reply)
            else:
                repair.ask_again(reply)
        case "hold_on":
            reply.say_prompt("hold")
            reply.change(patience=reply.domain.policy.patience)
        case "start_over":
            reply.change(
                task=None, pending=None, slots={}, early={}, partial={}, last_task="", later=()
            )
            reply.say_prompt("start_over")
            reply.ask_need()
        case "never_mind":
            reply.say_prompt("never_mind")
            progress.finish(reply)
        case "undo":
            tasks.undo(reply)
            if not reply.state.undoable:
                digressions.back(reply)
        case "thanks":
            reply.say_prompt("welcome")
            digressions.back(reply)
        case "goodbye":
            reply.goodbye("resolved")
        case "out_of_scope":
            repair.not_understood(reply, prompt="out_of_scope")
        case "yes":
            repair.ask_again(reply)
        case "no":
            if reply.state.question and reply.state.question.topic is Topic.MORE:
                reply.goodbye("resolved")
            else:
                repair.not_understood(reply)
