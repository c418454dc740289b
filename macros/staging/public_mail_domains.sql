{#- Mail domains under which anybody may have an address, of the largest providers: who
    writes from one is not thereby of a company that the CRM has it for. -#}
{% macro public_mail_domains() -%}
    {{ return([
        'aol.com', 'gmail.com', 'gmx.de', 'gmx.net', 'googlemail.com', 'hotmail.com',
        'icloud.com', 'live.com', 'mail.ru', 'me.com', 'msn.com', 'outlook.com',
        'proton.me', 'protonmail.com', 'qq.com', 'web.de', 'yahoo.co.uk', 'yahoo.com',
        'yandex.ru', 'ymail.com', '163.com', '126.com'
    ]) }}
{%- endmacro %}
