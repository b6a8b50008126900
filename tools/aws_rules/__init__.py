"""What AWS refuses or does, and no emulator or linter shows: rules over a synthesized template.

One rule a module: its name is the rule's, its docstring says what AWS does and where AWS says so,
and its ``check`` yields what a template has against it. Rules speak of resource types, so that they
hold for any CloudFormation template in JSON. They read what is written in the template: a name that
is only known at deployment is judged by its reference, and what lies outside is taken to be right.
"""
