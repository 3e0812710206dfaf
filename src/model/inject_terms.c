#include "model/inject_terms.h"

#include "base/phrases.h"

enum { IN = PHRASE_INSIDE, END = PHRASE_ENDS };

const TermRow inject_terms[] = {
	{ TERM_DROP, 0,
	  "ignor; disregard; forget; bypass; overrid; overrul; overwrite; neglect; abandon; pay no attention; do not follow; dont follow; "
	  "stop following; set aside; no longer follow; do not obey; dont obey; nullif; supersede; replaces all; replace all; "
	  "not bound by; throw away; cancel all; erase all; drop what; drop all; drop every; drop the; drop your; skip the; skip all; "
	  "skip any; skip your; skip human; cease to follow" },
	{ TERM_DROP, 0,
	  "oublie; bỏ qua; vergiss; missachte; olvida; haz caso omiso; dimentica; zapome; nedbej; zapomni; zignoruj; esque; desconsider; negeer; "
	  "vergeet; glem; glom; bortse; unut; yok say; gormezden; abaikan; lupakan; pomin; prescind; ne tiens pas compte; "
	  "ne tenez pas compte" },
	{ TERM_DROP, IN,
	  "игнорир; проигнорир; забудь; забудьте; не обращай; ігнору; 忽略; 忘记; 忘記; 无视; 無視; 忘れ; 무시; 잊; अनदेखा; भूल; تجاهل; انس; התעלם; "
	  "เพิกเฉย; αγνόησε; αγνοησ" },
	{ TERM_PRIOR, 0,
	  "previous; prior; above; earlier; preceding; foregoing; former; initial; original; so far; everything before; given before; "
	  "existing; all instruction; all rules; all other; any other; every; all your; what the operator; the operator said; "
	  "the user said; what you were told; anterior; precedent; precedente; vorherig; bisherig; obig; predchoz; poprzedn; dosavadn; "
	  "vorige; eerdere; tidigare; onceki; sebelumnya; wszystkie; vsechn; todas; tutte; toutes" },
	{ TERM_PRIOR, IN,
	  "предыдущ; прежн; попередн; 之前; 以上; 先前; 此前; 前の; これまで; 以前の; 이전; 지금까지; पिछले; पहले; السابقة; הקודמות; προηγουμεν" },
	{ TERM_ORDERS, 0,
	  "instruction; directive; rule; guideline; order; policy; policies; restriction; constraint; directions; programming; training; "
	  "prompt; commands; context; requests; conversation; input; safety policy; tenant boundary; approval step; runbook; task; "
	  "anweisung; vorgabe; regeln; instruccion; reglas; consigne; regles; istruzion; regole; instruco; regras; pokyn; pravid; "
	  "instrukcj; zasad; instructies; talimat; kural; instruksi; aturan" },
	{ TERM_ORDERS, IN,
	  "инструкц; правил; указан; 指令; 规则; 規則; 指示; ルール; 규칙; 지시; 지침; नियम; निर्देश; تعليمات; القواعد; הוראות; οδηγιεσ; κανονεσ" },
	{ TERM_SYSPROMPT, 0,
	  "system prompt; systemprompt; system message; system instruction; system text; initial prompt; initial instruction; "
	  "initial configuration; initial message; developer message; developer instruction; hidden prompt; hidden instruction; "
	  "secret instruction; secret prompt; confidential guideline; confidential instruction; original instruction; original prompt; "
	  "preprompt; pre prompt; base prompt; hidden rules; internal instruction; internal rules; internal guideline; "
	  "text you were given; given initially; message that configured; configuration that i wrote; instructions you operate; "
	  "full system; prompt del sistema; mensaje de sistema; mensaje del sistema; prompt de sistema; prompt di sistema; "
	  "prompt do sistema; systemovy prompt; prompt systemowy; prompt systeme; instructions systeme; systeemprompt; sistem istemi" },
	{ TERM_SYSPROMPT, IN,
	  "системн; системний; 系统提示; 系統提示; システムプロンプト; 시스템 프롬프트; सिस्टम प्रॉम्प्ट; موجه النظام" },
	{ TERM_YOURS, 0,
	  "your instruction; your prompt; your guideline; your rules; your directive; your configuration; your programming; "
	  "your restrictions; your policies; your context; your training; your constraint; my instructions are; i was instructed; "
	  "you were told; you were given; you supposed; those instructions; these instructions; tus reglas; tus instrucciones; "
	  "deine regeln; deine anweisungen; ihre anweisungen; tes regles; vos regles; vos instructions; le tue regole; le tue istruzioni; "
	  "suas regras; swoich zasadach; svoje pravidla; swoj prompt; konfiguracj" },
	{ TERM_YOURS, IN,
	  "你的规则; 你的指令; 你的系统; 你的提示; あなたの; 당신의; 너의; अपने नियम; अपना; твои; свои; ваши" },
	{ TERM_SHOW, 0,
	  "show; reveal; print; output; repeat; display; tell me; dump; leak; disclose; translate; encode; write out; write down; recite; "
	  "spell out; expose; return; list; give me; send me; send it back; what are; what were; what is; what was; summari; quote; "
	  "complete this sentence; start your answer; fill in; console log; write your; write a poem; continue this; extract; echo; "
	  "provide; export; say; share; copy your; paste; spell check; muestra; mostre; mostra; zobraz; pokaz; zeig; gib; affiche; montre; "
	  "revele; laat zien; visa; goster; tampilkan; imprim" },
	{ TERM_SHOW, IN,
	  "покаж; выведи; раскрой; 显示; 顯示; 输出; 导出; 表示し; 出力; 보여; 출력; दिखा; बता; اعرض; اظهر; הצג; δειξε" },
	{ TERM_VERBATIM, 0,
	  "word for word; verbatim; exact words; exact text; complete text; full text; everything above; all of the above; "
	  "entire conversation; text above; lines above; beginning with you are; starting with you are; every vowel; first letters; "
	  "in base64; in a code block; above this line; back to me; character by character; full conversation; conversation history; "
	  "first word; as json; in json; to emoji; then back" },
	{ TERM_SECRET, 0,
	  "password; passphrase; credential; secret; api key; apikey; access key; access token; session token; secret access; private key; "
	  "mfa code; env file; of the file; environment variable; webhook url; authorization header; api token; bearer; aws access; "
	  "aws secret; aws session; id rsa; ssh key; aws credentials; ssh id; customer record; every customer; user table; full table; "
	  "confidential data; unauthorized info; other tenant; every tenant; hidden from; contrasen; passwort; hesl; haslo; senha" },
	{ TERM_SECRET, IN,
	  "/etc/passwd; /etc/shadow; 密码; 密碼; パスワード; 비밀번호; парол; 客户数据; पासवर्ड" },
	{ TERM_SEND, 0,
	  "send; forward; exfiltrat; upload; post to; post it; copy to; copy messages; mail it; email it; transmit; append; attach; "
	  "put the; include the; pass its; pass the; passed as; invite; change the recipient; bcc; link to; deliver" },
	{ TERM_PLACE, 0,
	  "http://; https://; @attacker; @evil; attacker; evil; webhook; #random; hxxp" },
	{ TERM_QUIETLY, 0,
	  "do not tell; dont tell; without telling; never mention; do not mention; dont mention; without confirm; without asking; "
	  "without ask; without review; without verif; without approval; without authoriz; without inform; silently; secretly; quietly; "
	  "nobody notice; no one notice; hide this; hide it; not be interrupted; do not validate; do not verify; do not check; do not ask; "
	  "dont ask; never ask; never tell; omit the; skip the check; without consent; do not reveal that; do not give any; "
	  "not interrupted; without question; no questions; already approved; already completed; already verified; already authori; "
	  "identity check; sin verificar; sin confirm; senza conferm; senza verif; bez over; bez weryfik; bez potvrz; sans verif; "
	  "sans confirm; ohne pruf; ohne bestat; ohne ruckfrag; sem confirm; sem verif; zonder" },
	{ TERM_QUIETLY, IN,
	  "без провер; без подтвержд; 不要核实; 直接批准; 不要告诉; 无需; 確認せず; 確認なし; 확인 없이; 검증 없이; बिना; دون" },
	{ TERM_PERSONA, 0,
	  "you are now; you will now; you are going to; act as; acting as; pretend; role play; roleplay; play the role; take on the role; "
	  "in character; imagine you; simulate; you are dan; i am dan; stay in; hypothetical response; respond as; answer as; ahora estas; "
	  "ahora eres; du bist jetzt; tu es maintenant; ora sei; nyni jsi; jestes teraz; agora voce; persona; alter ego; debuggpt; "
	  "debug gpt" },
	{ TERM_PERSONA, IN,
	  "ты теперь; 你现在; 你現在; あなたは今; 이제 너는; अब आप" },
	{ TERM_FREE, 0,
	  "no restriction; without restriction; any restriction; unrestricted; unfiltered; uncensored; no filter; without filter; "
	  "without any filter; do anything; can do anything; anything now; no limit; no rules; no ethical; no moral; no longer bound; "
	  "broken free; broken the; free from; freed from; freed of; amoral; unethical; no guidelines; not bound; ethical guidelines; "
	  "moral guidelines; openai policy; openai policies; openais; content policy; content policies; never refuse; cannot refuse; "
	  "will not refuse; never say no; cannot say no; refuse; regardless of; no matter; any request; illegal; immoral; ethic; moral; "
	  "disclaimer; warn; censor; limitation; confines; apologi; as an ai; language model" },
	{ TERM_MODE, 0,
	  "developer mode; dev mode; debug mode; maintenance mode; admin mode; administrator mode; god mode; root mode; export mode; "
	  "dan mode; opposite mode; safety mode; safety off; unrestricted mode; evil mode; jailbreak mode; jailbroken; sudo mode; "
	  "test mode; diagnostic mode; superuser; modo desarrollador; modo de desarrollador; entwicklermodus; mode developpeur; "
	  "modalita sviluppatore; override mode; system override; sys override; modo dios" },
	{ TERM_MODE, IN,
	  "开发者模式; 開発者モード; 개발자 모드; режим разработчика; डेवलपर मोड" },
	{ TERM_ROLE_MARK, 0,
	  "<|im_start|>; <|im_end|>; <im_start>; <|system|>; <|user|>; <|assistant|>; <|endoftext|>; [inst]; [/inst]; <<sys>>; <system>; "
	  "</system>; <assistant>; <instruction>; <instructions>; </data>; </table>; </document>; <important>; <tool_meta; system:; "
	  "assistant:; ### instruction; ## instruction; new instruction; end of document; end of prompt; begin new; [system]; [admin]; "
	  "#system; developer:; {{#system; note to model; [jailbreak]; [🔓; user:; human:; <script; <iframe; display:none; hidden=; [//]: #" },
	{ TERM_MODEL, 0,
	  "dear model; ai assistant; ai agent; ai model; ai:; llm; language model; large language; model:; assistant:; gpt; chatgpt; "
	  "chatbot; copilot; the assistant; when you read this; when summari; if you are an ai; note to; attention ai; hey ai; "
	  "to the model; to the ai; the bot; the model; operator asked all agents; all agents; all assistants; your next answer; "
	  "in your answer; your summary; to your answer; in your next; each question" },
	{ TERM_CALL, 0,
	  "call; invoke; execute; run the; use the; use create; use delete; use the deploy; trigger; for the; when you build; set the; "
	  "set budget; pass; resend; pass customer; in the next; before using; before any; before answering" },
	{ TERM_TOOL, END,
	  "tool; tools; tool argument; function; parameter; argument; arguments; plugin; call; mcp server; connector; api call; "
	  "filter parameter; field; inputschema; sidenote; dry run; agent id; tenant id; customer id; user id; confirm=true; confirmed by; "
	  "approver; role=owner; role=admin; user consent; limit usd; routingconfiguration" },
	{ TERM_DANGER, 0,
	  "delete; drop table; approve; grant; disable; turn off; switch off; deactivat; desactiva; wipe; destroy; transfer; refund; "
	  "escalate; promote; roll back; rollback; merge; replace the; mark this; mark the; mark as; scale the; raise the; change the; "
	  "remove the; shut down; deploy; purchase; buy; pay; dump; export all; twice; list secrets; switch tenant; administrator; "
	  "is an admin; owner; limit; aprueb; approv; aprov; schval; zatwierd; genehmig; borra; loscht; smaz; usun; desliga" },
	{ TERM_DANGER, IN,
	  "批准; 退款; 关闭; 删除; 承認; 返金; 削除; 승인; 환불; 삭제; मंजूर; रिफंड; одобр; удали; утверд; возврат" },
	{ TERM_GUARD, 0,
	  "guardrail; safety; filter; confirmation; confirm; approval; audit log; audit trail; verification; verify; policy engine; "
	  "human confirmation; consent; alarm; moderation; incident; content filter; security check; refund limit; policy; "
	  "registro de audit; filtros; identit" },
	{ TERM_GUARD, IN,
	  "过滤; 核实; 確認; 확인; जाँच; проверк; фильтр" },
	{ TERM_INSTEAD, 0,
	  "instead; from now on; from here on; start over; start afresh; begin afresh; start anew; begin anew; from scratch; "
	  "until further notice; and just print; simply; only say; only answer; answer only; reply only; reply with; respond with; "
	  "respond only; write only; say only; your new; new task; new role; new instruct; and now; de ahora en adelante; ab jetzt; "
	  "desormais; d'ora in poi; od ted; od teraz; a partir de agora" },
	{ TERM_INSTEAD, IN,
	  "从现在; 今から; 지금부터; теперь; अब से" },
	{ TERM_CODE, 0,
	  "or 1=1; or 1 = 1; union select; union all select; drop table; delete from; insert into users; xp cmdshell; $where; ${jndi; "
	  "os.system; subprocess.; __import__; <script; javascript:; onerror=; onload=; document.cookie; {{7*7; {{config; 169.254.169.254; "
	  "metadata.google; file:///; load file(; into outfile; systemprompt); get admin; window.location; base64 -d; /bin/sh; /bin/bash; "
	  "nc -e; powershell -e; invoke-expression" },
	{ TERM_SHELL, 0,
	  "chmod 777; wget http; curl http; curl -s http; curl -x post; mkfs.; dd if=; > /dev/sd; cat /etc; printenv" },
	{ TERM_SHELL, END,
	  "| sh; |sh; | bash; |bash; | sudo sh; | sudo bash" },
	{ TERM_SPEAKER, 0,
	  "i am the admin; i am their admin; i am your; i am the owner; i am the developer; i am an admin; i am your developer; "
	  "this is the platform owner; the platform owner; this is the admin; by management; on behalf of the; operator already; "
	  "the operator has; authorized by; authorised by; i wrote for you; as your creator; openai has; anthropic; compliance audit; "
	  "regulation requires; red team; the developer; your developer; your creator; priority over; platform owner; was abolished; "
	  "i lost my copy" },
	{ TERM_MEMORY, 0,
	  "permanent memory; long-term memory; memory entry; store the following; remember that; write to memory; save to memory; "
	  "to your memory; in your memory; as a memory; stored delivery; for every remaining; in this session; first in every" },
	{ TERM_UNLOCK, 0,
	  "jailbreak; jailbroken; do anything now; stay a dan; anti-dan; antigpt; basedgpt; token system; lose tokens; cease to exist; [🔒; "
	  "[🔓; 🔓; developer mode output; two responses; machiavellian; always intelligent; evil confidant; yes man" },
	{ TERM_UNLOCK, END,
	  "dan; stan; dude; aim" },
	{ 0 },
};
